import os
from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import partial_path
from assignment.storage.workspace import RunFile, Workspace

FOLDER_FILES = {name for name, value in vars(Workspace).items() if isinstance(value, RunFile)} - {
    "checkpoints",
    "planes",
}
MODEL_FILES = {"generator_model", "discriminator_model", "best_generator"}


@pytest.fixture
def make_workspace(tmp_path):
    """A function that returns the workspace of a fashion run with this first name."""
    return lambda firstname: Workspace.for_run("fashion", tmp_path / "outputs", tmp_path / "models", firstname)


@pytest.fixture
def workspace(make_workspace):
    return make_workspace("ana")


def test_every_file_has_its_documented_path():
    workspace = Workspace.for_run("fashion", Path("outputs"), Path("models"), "ana")
    assert workspace.record.as_posix() == "outputs/ana/fashion/run.json"
    assert workspace.grid(50).name == "step7_grid_epoch_0050.png"
    assert workspace.samples("label_7_seed_1").as_posix() == "outputs/ana/fashion/samples_label_7_seed_1.png"
    assert workspace.generator_model.as_posix() == "models/generator_model_ana.h5"
    assert workspace.discriminator_model.as_posix() == "models/discriminator_model_ana.h5"
    assert workspace.best_generator.as_posix() == "models/best_generator_model_ana.h5"
    assert {getattr(workspace, name).name for name in FOLDER_FILES} == {
        "step2_real_images.png",
        "step3_generator_diagram.png",
        "step4_untrained_samples.png",
        "step5_discriminator_diagram.png",
        "step7_losses.png",
        "step7_animation.gif",
        "step7_progress.png",
        "step7_measures.png",
        "step7_generated.png",
        "step7_real_beside_generated.png",
        "step7_interpolation.png",
        "step7_noise_walk.png",
        "step7_label_walk.png",
        "history.csv",
        "run.json",
        "report.html",
        "explore.html",
        "metrics.json",
        ".lock",
        ".holder.json",
    }


def test_the_models_of_other_tracks_have_a_prefix():
    workspace = Workspace.for_run("digits", Path("outputs"), Path("models"), "ana")
    assert workspace.folder.as_posix() == "outputs/ana/digits"
    assert workspace.generator_model.as_posix() == "models/digits_generator_model_ana.h5"


def test_an_output_is_found_by_its_name(workspace):
    assert workspace.output_path("history.csv") == workspace.history
    assert workspace.output_path("step7_grid_epoch_0050.png") == workspace.grid(50)
    for name in ("../history.csv", "notes.txt", "", "step7_old.png", "step7_grid_epoch_0050 (copy).png", "\0"):
        assert workspace.output_path(name) is None
    assert workspace.output_path("generator_model_ana.h5") == workspace.generator_model


def test_prepare_names_a_folder_that_cannot_be_created(tmp_path):
    (tmp_path / "taken").write_text("a file with the folder's name")
    workspace = Workspace.for_run("fashion", tmp_path / "taken", tmp_path / "models", "ana")
    with pytest.raises(AssignmentError, match="taken"):
        workspace.prepare()


def test_prepare_creates_folders_only(workspace):
    workspace.prepare()
    assert workspace.folder.is_dir() and workspace.models_dir.is_dir()
    assert list(workspace.folder.iterdir()) == [workspace.checkpoints] and not list(workspace.models_dir.iterdir())
    assert not list(workspace.checkpoints.iterdir())


def test_prepare_refuses_a_file_named_checkpoints(workspace):
    workspace.folder.mkdir(parents=True)
    workspace.checkpoints.touch()
    with pytest.raises(AssignmentError, match="checkpoints is not a folder"):
        workspace.prepare()


@pytest.mark.parametrize("name", sorted(FOLDER_FILES | MODEL_FILES))
def test_prepare_refuses_a_folder_that_has_the_name_of_a_file(workspace, name):
    getattr(workspace, name).mkdir(parents=True)
    with pytest.raises(AssignmentError, match="is a folder, but a file of that name will be written"):
        workspace.prepare()


def test_the_existing_outputs_leave_out_the_record_and_checkpoints(workspace):
    workspace.prepare()
    outputs = [workspace.history, workspace.real_images, workspace.generator_model, workspace.grid(5)]
    for path in (*outputs, workspace.record, workspace.checkpoints / "epoch_0005.npz"):
        path.touch()
    assert workspace.existing_outputs() == outputs
    assert workspace.grids() == [workspace.grid(5)]


def test_an_earlier_training_is_removed_and_other_files_stay(workspace, tmp_path):
    workspace.prepare()
    other = workspace.folder / "notes.txt"
    checkpoint = workspace.checkpoints / "epoch_0005.npz"
    ours = (workspace.grid(50), workspace.losses, workspace.history, workspace.record, workspace.metrics)
    for path in (*ours, workspace.metrics_figure, workspace.report, workspace.best_generator, checkpoint, other):
        path.touch()
    workspace.remove_earlier_training()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [other]


def test_a_run_deletes_its_own_partial_files_only(make_workspace):
    ana, ben = make_workspace("ana"), make_workspace("ben")
    partials = []
    for workspace in (ana, ben):
        workspace.prepare()
        for path in (workspace.losses, workspace.checkpoints / "epoch_0005.npz", workspace.generator_model):
            partials.append(partial_path(path, "0123abcd"))
            partials[-1].touch()
    ana.remove_partials()
    assert [path.exists() for path in partials] == [False, False, False, True, True, True]


def test_the_users_files_in_the_folders_are_neither_deleted_nor_listed(workspace, tmp_path):
    workspace.prepare()
    for folder in (workspace.folder / "step7_old", workspace.checkpoints / ".ipynb_checkpoints"):
        folder.mkdir()
    others = [
        workspace.folder / "step7_grid_epoch_0001 (copy).png",
        workspace.folder / "step7_notes.txt",
        workspace.folder / ".partial-notes.txt",
        workspace.folder / "step7_old" / "step7_losses.png",
        workspace.checkpoints / "epoch_0001 (copy).npz",
        workspace.checkpoints / "notes.npz",
    ]
    checkpoint = workspace.checkpoints / "epoch_0001_update_0002.sha256"
    for path in (*others, workspace.grid(1), workspace.losses, checkpoint):
        path.touch()
    workspace.prepare()
    assert workspace.existing_outputs() == [workspace.losses, workspace.grid(1)]
    workspace.remove_partials()
    workspace.remove_earlier_training()
    checkpoint.touch()
    workspace.remove_checkpoints()
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(others)


def test_grids_are_in_the_order_of_their_epochs(workspace):
    workspace.prepare()
    for epoch in (10_000, 2, 9_999):
        workspace.grid(epoch).touch()
    assert workspace.grids() == [workspace.grid(epoch) for epoch in (2, 9_999, 10_000)]


def test_prepare_refuses_a_folder_that_has_the_name_of_a_grid(workspace):
    workspace.grid(50).mkdir(parents=True)
    with pytest.raises(AssignmentError, match="step7_grid_epoch_0050.png is a folder, but a file of that name"):
        workspace.prepare()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["record", "history", "metrics", "lock", "holder", "losses", "generator_model"])
def test_prepare_refuses_a_pipe_that_has_the_name_of_a_file(workspace, name):
    workspace.prepare()
    os.mkfifo(getattr(workspace, name))
    with pytest.raises(AssignmentError, match="is not a file, but a file of that name will be written"):
        workspace.prepare()


@pytest.mark.parametrize("listed", [{"ana"}, {"Ana", "generator_model_ana.h5"}])
def test_prepare_refuses_another_spelling_of_the_first_name(make_workspace, monkeypatch, listed):
    """As in a file system that ignores upper case: the files of "ana" exist under the names of "Ana"."""
    workspace = make_workspace("Ana")
    workspace.prepare()
    workspace.generator_model.touch()
    monkeypatch.setattr("assignment.storage.files.os.listdir", lambda folder: sorted(listed))
    with pytest.raises(AssignmentError, match="already exists as .*ana.*, and this file system does not distinguish"):
        workspace.prepare()


def test_planes_are_in_the_order_of_their_epochs_and_belong_to_their_training(workspace):
    assert workspace.plane_epochs() == {}
    workspace.planes.mkdir(parents=True)
    for epoch in (10_000, 2, 9_999):
        workspace.plane(epoch).touch()
    (workspace.planes / "notes.png").touch()
    assert list(workspace.plane_epochs().items()) == [(epoch, workspace.plane(epoch)) for epoch in (2, 9_999, 10_000)]
    workspace.remove_earlier_training()
    assert [path.name for path in workspace.planes.iterdir()] == ["notes.png"]
