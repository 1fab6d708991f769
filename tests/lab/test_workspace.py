import os
from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.lab.workspace import LabWorkspace
from assignment.storage.files import guarding_writes, partial_path


@pytest.fixture
def workspace(tmp_path):
    """The workspace of a lab with results."""
    workspace = LabWorkspace(tmp_path)
    workspace.runs.mkdir()
    for path in (workspace.results, workspace.conditions, workspace.figure, workspace.report, workspace.runs / "run"):
        path.write_text("earlier")
    return workspace


def interrupt_after(renames, monkeypatch):
    """Raise KeyboardInterrupt, in place of a kill, after that many renames."""
    left, rename = iter(range(renames)), Path.rename

    def interrupted_rename(path, target):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted_rename)


def read_files(workspace):
    paths = [path for path in workspace.folder.rglob("*") if path.is_file()]
    return {path.relative_to(workspace.folder).as_posix(): path.read_text() for path in paths}


@pytest.mark.parametrize("renames", range(6))
def test_a_lab_is_restored_completely_after_a_kill_while_it_is_set_aside(workspace, renames, monkeypatch):
    before = read_files(workspace)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        interrupt_after(renames, patched)
        workspace.set_aside()
    workspace.restore_earlier()
    assert read_files(workspace) == before and not workspace.has_earlier


@pytest.mark.parametrize("renames", range(6))
def test_a_lab_is_restored_completely_after_a_kill_while_it_is_restored(workspace, renames, monkeypatch):
    before = read_files(workspace)
    workspace.set_aside()
    workspace.results.write_text("new")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        interrupt_after(renames, patched)
        workspace.restore_earlier()
    assert workspace.has_earlier
    workspace.restore_earlier()
    assert read_files(workspace) == before and not workspace.has_earlier


def test_a_discarded_lab_is_not_restored_after_a_kill_while_it_is_deleted(workspace, monkeypatch):
    workspace.set_aside()
    workspace.results.write_text("new")
    with monkeypatch.context() as patched:
        patched.setattr("assignment.lab.workspace.shutil.rmtree", lambda path, ignore_errors: None)
        workspace.discard_earlier()
    workspace.restore_earlier()
    assert read_files(workspace) == {"results.csv": "new"}


def test_the_workspaces_of_started_runs_are_found(tmp_path):
    workspace = LabWorkspace(tmp_path)
    assert workspace.run_workspaces() == []
    folder = workspace.trial_folder("ema", 1) / "ana" / "digits"
    folder.mkdir(parents=True)
    (folder / ".lock").touch()
    (run,) = workspace.run_workspaces()
    assert (run.folder, run.firstname) == (folder, "ana")
    assert run.generator_model == workspace.trial_folder("ema", 1) / "models" / "digits_generator_model_ana.h5"


@pytest.mark.parametrize("name", ["results", "figure", "report", "conditions"])
def test_a_folder_with_the_name_of_a_file_of_the_lab_is_refused(tmp_path, name):
    workspace = LabWorkspace(tmp_path)
    getattr(workspace, name).mkdir()
    with pytest.raises(AssignmentError, match="is a folder, but a file of that name will be written"):
        workspace.prepare()


def test_a_file_with_the_name_of_the_folder_of_runs_is_refused(tmp_path):
    workspace = LabWorkspace(tmp_path)
    workspace.runs.touch()
    with pytest.raises(AssignmentError, match="runs is not a folder"):
        workspace.prepare()


def test_only_locks_of_runs_are_found(tmp_path):
    workspace = LabWorkspace(tmp_path)
    for folder in ("runs/.lock", "runs/ema/seed_1/ana/digits/.lock", "runs/ema/notes/ana/digits"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "runs/ema/notes/ana/digits/.lock").touch()
    assert workspace.run_workspaces() == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["results", "conditions", "lock", "holder"])
def test_a_pipe_with_the_name_of_a_file_of_the_lab_is_refused(tmp_path, name):
    workspace = LabWorkspace(tmp_path)
    os.mkfifo(getattr(workspace, name))
    with pytest.raises(AssignmentError, match="is not a file, but a file of that name will be written"):
        workspace.prepare()


def test_another_spelling_of_the_first_name_is_refused(tmp_path, monkeypatch):
    """As in a file system that ignores upper case: the folder "Ana" exists as "ana"."""
    workspace = LabWorkspace.for_lab("fashion", tmp_path, "Ana")
    workspace.prepare()
    monkeypatch.setattr("assignment.storage.files.os.listdir", lambda folder: ["ana"])
    with pytest.raises(AssignmentError, match="Ana already exists as ana, .*; give --firstname ana, or another"):
        workspace.prepare()


def test_the_partial_files_of_a_killed_lab_are_deleted_and_other_files_stay(tmp_path):
    workspace = LabWorkspace(tmp_path)
    partial, other = partial_path(workspace.results, "0123abcd"), tmp_path / ".partial-notes.csv"
    for path in (partial, other):
        path.touch()
    workspace.remove_partials()
    assert (partial.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize("change", ["set_aside", "restore_earlier", "discard_earlier", "remove_lab"])
def test_no_lab_is_moved_or_deleted_by_a_process_that_must_not_write(workspace, change):
    def refuse():
        raise AssignmentError("taken")

    if "earlier" in change:
        workspace.set_aside()
    before = read_files(workspace)
    with guarding_writes(refuse), pytest.raises(AssignmentError, match="taken"):
        getattr(workspace, change)()
    assert read_files(workspace) == before
