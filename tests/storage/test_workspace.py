from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import partial_path
from assignment.storage.workspace import Workspace


def test_the_layout():
    workspace = Workspace.of("fashion", Path("outputs"), Path("models"), "ana")
    assert workspace.record.as_posix() == "outputs/ana/fashion/run.json"
    assert workspace.grid(50).name == "step7_grid_epoch_0050.png"
    assert workspace.generator_model.as_posix() == "models/generator_model_ana.h5"
    assert workspace.discriminator_model.as_posix() == "models/discriminator_model_ana.h5"


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file where the folder should be")
    workspace = Workspace.of("fashion", tmp_path / "taken", tmp_path / "models", "ana")
    with pytest.raises(AssignmentError, match="taken"):
        workspace.prepare()


def test_prepare_leaves_folders_only(tmp_path):
    workspace = Workspace.of("fashion", tmp_path / "outputs", tmp_path / "models", "ana")
    workspace.prepare()
    assert workspace.folder.is_dir() and workspace.models_dir.is_dir()
    assert list(workspace.folder.iterdir()) == [workspace.checkpoints] and not list(workspace.models_dir.iterdir())
    assert not list(workspace.checkpoints.iterdir())


def test_a_file_in_the_place_of_the_checkpoints_is_known_before_training(tmp_path):
    workspace = Workspace.of("fashion", tmp_path, tmp_path / "models", "ana")
    workspace.folder.mkdir(parents=True)
    workspace.checkpoints.touch()
    with pytest.raises(AssignmentError, match="checkpoints is not a folder"):
        workspace.prepare()


@pytest.mark.parametrize("name", ["record", "history", "generator_model", "progress", "interpolation", "label_walk"])
def test_a_folder_in_the_place_of_a_file_is_known_before_training(tmp_path, name):
    workspace = Workspace.of("fashion", tmp_path, tmp_path / "models", "ana")
    getattr(workspace, name).mkdir(parents=True)
    with pytest.raises(AssignmentError, match="is a folder, but a file of that name is to be written"):
        workspace.prepare()


def test_an_earlier_training_is_removed_and_nothing_else(tmp_path):
    workspace = Workspace.of("fashion", tmp_path, tmp_path / "models", "ana")
    workspace.prepare()
    kept = workspace.folder / "notes.txt"
    checkpoint = workspace.checkpoints / "epoch_0005.npz"
    ours = (workspace.grid(50), workspace.losses, workspace.history, workspace.record, workspace.metrics)
    for path in (*ours, workspace.measures, workspace.report, workspace.best_generator, checkpoint, kept):
        path.touch()
    workspace.remove_earlier_training()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]


def test_what_a_killed_run_had_begun_goes_and_what_others_write_beside_stays(tmp_path):
    ana, ben = (Workspace.of("fashion", tmp_path / "outputs", tmp_path / "models", name) for name in ("ana", "ben"))
    begun = []
    for workspace in (ana, ben):
        workspace.prepare()
        for path in (workspace.losses, workspace.checkpoints / "epoch_0005.npz", workspace.generator_model):
            begun.append(partial_path(path, "0123abcd"))
            begun[-1].touch()
    ana.remove_partials()
    assert [path.exists() for path in begun] == [False, False, False, True, True, True]
