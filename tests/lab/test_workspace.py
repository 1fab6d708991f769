from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.lab.workspace import LabWorkspace


@pytest.fixture
def lab(tmp_path):
    """A lab that is put aside, and another begun in its place."""
    workspace = LabWorkspace(tmp_path)
    workspace.runs.mkdir()
    for path in (workspace.results, workspace.conditions, workspace.figure, workspace.report, workspace.runs / "run"):
        path.write_text("earlier")
    return workspace


def stop_after(renames, monkeypatch):
    """Let a kill come before the next rename."""
    left, rename = iter(range(renames)), Path.rename

    def killed(path, target):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", killed)


def texts(lab):
    return {
        path.relative_to(lab.folder).as_posix(): path.read_text() for path in lab.folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("renames", range(6))
def test_a_lab_that_is_killed_on_its_way_aside_is_brought_back_whole(lab, renames, monkeypatch):
    before = texts(lab)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        stop_after(renames, patched)
        lab.set_aside()
    lab.bring_back()
    assert texts(lab) == before and not lab.has_aside


@pytest.mark.parametrize("renames", range(6))
def test_a_lab_that_is_killed_on_its_way_back_is_brought_back_whole(lab, renames, monkeypatch):
    before = texts(lab)
    lab.set_aside()
    lab.results.write_text("begun since")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        stop_after(renames, patched)
        lab.bring_back()
    assert lab.has_aside
    lab.bring_back()
    assert texts(lab) == before and not lab.has_aside


def test_a_lab_that_is_replaced_goes_whole_even_when_killed(lab, monkeypatch):
    lab.set_aside()
    lab.results.write_text("new")
    with monkeypatch.context() as patched:
        patched.setattr("assignment.lab.workspace.shutil.rmtree", lambda path, ignore_errors: None)
        lab.remove_aside()
    lab.bring_back()
    assert texts(lab) == {"results.csv": "new"}


@pytest.mark.parametrize("name", ["results", "figure", "report", "conditions"])
def test_a_folder_in_the_place_of_a_labs_file_is_known_before_it_begins(tmp_path, name):
    workspace = LabWorkspace(tmp_path)
    getattr(workspace, name).mkdir()
    with pytest.raises(AssignmentError, match="is a folder, but a file of that name is to be written"):
        workspace.prepare()


def test_a_file_in_the_place_of_a_labs_runs_is_known_before_it_begins(tmp_path):
    (tmp_path / "runs").touch()
    with pytest.raises(AssignmentError, match="runs is not a folder"):
        LabWorkspace(tmp_path).prepare()
