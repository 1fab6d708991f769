import json
import zipfile

import pytest

from assignment.checking.check import FileCheck
from assignment.errors import AssignmentError
from assignment.settings.submitting import SubmitSettings
from assignment.storage.files import sha256
from assignment.submission import submit as module
from assignment.submission.manifest import parse_manifest
from assignment.submission.submit import load_sheet, submission_path, submit


@pytest.fixture
def submit_run(make_run_folder, make_screen, printed, tmp_path, monkeypatch):
    """A function that submits a run; returns the path and what was printed. good: whether its networks are."""

    def run(good=True, workspace=None, **options):
        workspace = workspace or make_run_folder()
        if good:
            monkeypatch.setattr(module, "check_file", lambda path, sheet: FileCheck(path))
        screen = make_screen(width=100)
        settings = SubmitSettings("ana", outputs_dir=tmp_path / "outputs", models_dir=tmp_path / "models", **options)
        return submit(settings, workspace, screen), printed(screen)

    return run


def test_a_submission_has_every_file_and_a_manifest(submit_run, tmp_path):
    path, lines = submit_run()
    assert path == tmp_path / "outputs" / "ana" / "submission_fashion_ana.zip" and "hand in this file" in lines
    with zipfile.ZipFile(path) as archive:
        manifest = parse_manifest(archive.read("manifest.json"))
        names = archive.namelist()
        assert names[:3] == ["manifest.json", "generator_model_ana.h5", "discriminator_model_ana.h5"]
        assert list(manifest.files) == names[1:]
        for name, facts in manifest.files.items():
            assert (facts.bytes, len(facts.sha256)) == (archive.getinfo(name).file_size, 64)
    assert manifest.files["generator_model_ana.h5"].sha256 == sha256(tmp_path / "models" / "generator_model_ana.h5")
    assert (manifest.firstname, manifest.seed, manifest.epochs, manifest.problems) == ("ana", 5, 300, ())


def test_the_same_run_gives_the_same_bytes(submit_run, make_run_folder):
    workspace = make_run_folder()
    first = submit_run(workspace=workspace)[0].read_bytes()
    assert submit_run(workspace=workspace)[0].read_bytes() == first


def test_what_is_missing_is_listed_and_nothing_written_without_anyway(submit_run, make_run_folder):
    workspace = make_run_folder()
    workspace.losses.unlink()
    path, lines = submit_run(workspace=workspace)
    assert path is None and "step7_losses.png is missing" in lines and "Add --anyway" in lines
    assert not list(workspace.folder.parent.glob("*.zip"))
    path, _ = submit_run(workspace=workspace, anyway=True)
    with zipfile.ZipFile(path) as archive:
        (problem,) = json.loads(archive.read("manifest.json"))["problems"]
    assert problem == "Step 7 (Train the GAN model): step7_losses.png is missing."


def test_the_networks_are_checked(submit_run):
    path, lines = submit_run(good=False)
    assert path is None and "generator_model_ana.h5: layer 1: Dense, 12,544 neurons" in lines


def test_a_limit_leaves_files_out_and_says_so(submit_run, make_run_folder, monkeypatch):
    workspace = make_run_folder()
    workspace.animation.write_bytes(bytes(300_000))
    monkeypatch.setattr(module, "MANIFEST_BYTES", 6_000)
    path, lines = submit_run(workspace=workspace, max_mb=0.12)
    assert "left out for --max-mb 0.12: step7_animation.gif" in lines and path.stat().st_size <= 120_000
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("manifest.json"))["left_out"] == ["step7_animation.gif"]
    with pytest.raises(AssignmentError, match="give a larger --max-mb"):
        submit_run(workspace=workspace, max_mb=0.01)


@pytest.mark.parametrize("track", ["fashion", "conditional", "digits", "lecture"])
def test_every_track_has_a_sheet_and_a_name(track):
    assert len(load_sheet(track)) == 8
    assert submission_path(SubmitSettings("ana", track)).name == f"submission_{track}_ana.zip"
