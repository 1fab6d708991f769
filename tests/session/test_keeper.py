import shutil

import numpy as np
import pytest

from assignment.session.keeper import CheckpointKeeper
from assignment.training.checkpoints import Checkpoints
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses

ROW = Row(1, 0.5, 1.0, 0.5, 0.5, updates=10, seconds=1.0)
LOSSES = Losses(0.0, 0.0, 0.0)


@pytest.fixture
def run(make_run):
    return make_run(epochs=5)


@pytest.fixture
def make_keeper(run, make_gan):
    """A function that makes the keeper of a run, by default one of five epochs, with an earlier checkpoint or none."""
    return lambda run=run, earlier=None: CheckpointKeeper(run, make_gan(), {"seed": 1}, earlier)


def save(keeper, position):
    rows = [ROW._replace(epoch=epoch) for epoch in range(1, position.epoch)]
    keeper.save(position, rows, [{}] * position.epoch, [np.zeros((1, 28, 28, 1), np.float32)] * position.epoch, "0123")


def test_without_a_checkpoint_the_training_starts_from_the_beginning(make_keeper):
    keeper = make_keeper()
    assert keeper.describe_last() is None and not keeper.replaces_other
    assert keeper.resume_hint() == "the same command starts from the beginning, since there is no checkpoint yet"


@pytest.mark.parametrize(
    ("position", "hint", "last"),
    [
        (Position(3), "the same command continues at epoch 3", "after epoch 2"),
        (Position(3, [LOSSES] * 7), "the same command continues at epoch 3, update 8", "in epoch 3, update 7"),
        (Position(6), "the same command writes the final files again, without training", "after epoch 5"),
    ],
)
def test_the_last_checkpoint_and_where_the_same_command_continues_are_described(make_keeper, position, hint, last):
    keeper = make_keeper()
    save(keeper, position)
    assert keeper.resume_hint() == hint and keeper.describe_last() == last


def test_the_hint_omits_fresh_from_the_command(make_keeper, make_run):
    keeper = make_keeper(make_run(epochs=5, fresh=True))
    save(keeper, Position(3))
    assert keeper.resume_hint() == "the same command without --fresh continues at epoch 3"


def test_a_position_is_saved_once_and_the_start_never(make_keeper, monkeypatch):
    saved, write = [], Checkpoints.save
    monkeypatch.setattr(
        Checkpoints,
        "save",
        lambda self, checkpoint: saved.append(checkpoint.position.epoch) or write(self, checkpoint),
    )
    keeper = make_keeper()
    for epoch in (1, 2, 2, 3):
        save(keeper, Position(epoch))
    assert saved == [2, 3]


def test_only_a_new_training_replaces_the_checkpoints_of_another(make_keeper, run):
    save(make_keeper(), Position(3))
    assert make_keeper().replaces_other
    earlier, _ = Checkpoints(run.workspace.checkpoints).latest()
    keeper = make_keeper(earlier=earlier)
    assert not keeper.replaces_other and keeper.resume_hint() == "the same command continues at epoch 3"


def test_a_file_that_cannot_be_written_is_reported_and_a_full_disk_raised(make_keeper, run, printed, monkeypatch):
    def refuse(number):
        def save(self, checkpoint):
            raise OSError(number, "refused", "epoch_0002.npz")

        return save

    keeper = make_keeper()
    monkeypatch.setattr(Checkpoints, "save", refuse(13))
    save(keeper, Position(3))
    assert "no checkpoint could be written" in printed(run) and keeper.describe_last() is None
    monkeypatch.setattr(Checkpoints, "save", refuse(28))
    with pytest.raises(OSError):
        save(keeper, Position(3))


def test_a_checkpoint_that_was_deleted_is_written_again(make_keeper, run):
    keeper = make_keeper()
    save(keeper, Position(3))
    shutil.rmtree(run.workspace.checkpoints)
    save(keeper, Position(3))
    assert Checkpoints(run.workspace.checkpoints).has(Position(3))
