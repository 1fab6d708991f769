import numpy as np
import pytest
from PIL import Image

from assignment.practices.view import TrainingView
from assignment.session import journal
from assignment.session.journal import Journal
from assignment.session.run import Run
from assignment.session.watch import Watch
from assignment.storage.workspace import Workspace
from assignment.training.loop import Row


def draw(*given):
    return journal.grids.image_grid(*given)  # whatever stands there when it is called


@pytest.fixture
def run(make_run):
    return make_run(firstname="ana", grid_every=2)


def keep(run, epochs, **view):
    kept = Journal(run, TrainingView(lambda: np.zeros((12, 28, 28, 1)), **view), Watch(run))
    for epoch in range(1, epochs + 1):
        kept.add(Row(epoch, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0))
    return kept


def grids(run):
    return sorted(path.name for path in run.workspace.folder.glob("step7_grid*"))


def test_a_grid_at_every_turn_and_one_at_the_end(run):
    kept = keep(run, 5)
    assert grids(run) == ["step7_grid_epoch_0002.png", "step7_grid_epoch_0004.png"]
    kept.close()
    assert grids(run)[-1] == "step7_grid_epoch_0005.png" and len(grids(run)) == 3


def test_no_second_grid_where_one_was_due_at_the_end(run):
    keep(run, 4).close()
    assert grids(run) == ["step7_grid_epoch_0002.png", "step7_grid_epoch_0004.png"]


def test_the_animation_goes_from_untrained_to_the_last_epoch(run):
    shades = iter(np.linspace(-1, 1, 4))
    kept = Journal(run, TrainingView(lambda: np.full((12, 28, 28, 1), next(shades)), draw), Watch(run))
    for epoch in range(1, 4):
        kept.add(Row(epoch, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0))
    kept.close()
    with Image.open(run.workspace.animation) as picture:
        assert picture.n_frames == 4


@pytest.mark.parametrize(("seconds", "after_epochs"), [(-1.0, [1, 2, 3, 4, 5]), (1e9, [2, 4])])
def test_the_losses_are_drawn_when_a_grid_is_and_when_their_time_has_come(run, monkeypatch, seconds, after_epochs):
    drawn = []
    monkeypatch.setattr(journal, "LOSSES_EVERY", seconds)
    monkeypatch.setattr(Run, "save_figure", lambda *figure, **quiet: None)
    keep(run, 5, plot=lambda epochs, *rest: drawn.append(len(epochs)))
    assert drawn == after_epochs


def test_what_is_drawn_is_what_was_told(run, monkeypatch):
    drawn = {}
    monkeypatch.setattr(journal.grids, "image_grid", lambda *arguments: drawn.update(grid=arguments))
    monkeypatch.setattr(Run, "save_figure", lambda *figure, **quiet: None)
    shades = iter([0.0, 0.1, 0.2])
    view = TrainingView(
        lambda: np.full((12, 28, 28, 1), next(shades)), draw, lambda *arguments: drawn.update(losses=arguments)
    )
    kept = Journal(run, view, Watch(run))
    for epoch in (1, 2):
        kept.add(Row(epoch, 0.5 * epoch, 1.0 * epoch, 0.3, 0.7, updates=1, seconds=1.0))
    epochs, discriminator, generator, _, caption = drawn["losses"]
    assert (epochs, discriminator, generator, caption) == ([1, 2], [0.5, 1.0], [1.0, 2.0], run.caption)
    images, title, caption = drawn["grid"]
    assert images.max() == 0.2 and title == "12 generated images after epoch 2" and caption == run.caption


def test_a_file_that_cannot_be_written_does_not_end_the_training(run, monkeypatch):
    write = journal.write_history

    def refused(path, rows, notes):
        raise PermissionError(13, "Permission denied", "history.csv")

    kept = Journal(run, TrainingView(lambda: np.zeros((12, 28, 28, 1))), Watch(run))
    monkeypatch.setattr(journal, "write_history", refused)
    kept.add(Row(1, 0.5, 1.0, 0.3, 0.7, updates=1, seconds=1.0))
    assert "the training continues, but permission denied: history.csv;" in (run.screen.console.file.getvalue())
    monkeypatch.setattr(journal, "write_history", write)
    kept.add(Row(2, 0.5, 1.0, 0.3, 0.7, updates=1, seconds=1.0))
    assert len(run.workspace.history.read_text(encoding="utf-8").splitlines()) == 3


def test_a_row_is_kept_though_an_earlier_file_cannot_be_removed(run, monkeypatch):
    def refused(workspace):
        raise PermissionError(13, "Permission denied", "step7_losses.png")

    remove = Workspace.remove_earlier_training
    earlier = run.workspace.grid(300)
    earlier.touch()
    monkeypatch.setattr(Workspace, "remove_earlier_training", refused)
    kept = keep(run, 1)
    assert len(kept.rows) == 1 and earlier.exists()
    monkeypatch.setattr(Workspace, "remove_earlier_training", remove)
    kept.close()
    assert not earlier.exists() and run.workspace.history.exists()


def test_a_full_disk_ends_the_training(run, monkeypatch):
    def full(path, rows, notes):
        raise OSError(28, "No space left on device", "history.csv")

    monkeypatch.setattr(journal, "write_history", full)
    with pytest.raises(OSError, match="No space left"):
        keep(run, 1)


def continued(run, done, epochs):
    """The journal of a training with `done` epochs behind it, after `epochs` in all; its grids' shades are 0.1 each."""
    row = Row(1, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0)
    frames = np.stack([np.full((12, 28, 28, 1), 0.1 * epoch) for epoch in range(done + 1)])
    shades = iter([0.1 * epoch for epoch in range(done + 1, epochs + 1)])
    rows = [row._replace(epoch=epoch) for epoch in range(1, done + 1)]
    view = TrainingView(lambda: np.full((12, 28, 28, 1), next(shades)), draw)
    kept = Journal(run, view, Watch(run, notes=[{}] * (1 + done)), rows, frames)
    for epoch in range(done + 1, epochs + 1):
        kept.add(row._replace(epoch=epoch))
    return kept


def test_a_training_that_goes_on_keeps_its_rows_and_frames(run):
    run.workspace.losses.touch()
    run.workspace.record.touch()
    kept = continued(run, 3, 5)
    assert [row.epoch for row in kept.rows] == [1, 2, 3, 4, 5]
    assert [frame.max().round(6) for frame in kept.frames] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert run.workspace.losses.exists(), "an earlier sitting's files are this training's"
    assert not run.workspace.record.exists(), "the record vouched for the earlier end"


def test_in_the_end_the_grids_are_those_of_a_training_that_never_stopped(run, monkeypatch):
    continued(run, 0, 3).close()
    assert grids(run) == ["step7_grid_epoch_0002.png", "step7_grid_epoch_0003.png"]
    run.workspace.grid(2).unlink()  # as a kill may leave it
    drawn = []
    draw = journal.grids.image_grid

    def spy(images, title, caption):
        drawn.append((images.max().round(6), title))
        return draw(images, title, caption)

    monkeypatch.setattr(journal.grids, "image_grid", spy)
    monkeypatch.setattr(journal.animation, "save_animation", lambda *arguments: None)
    continued(run, 3, 5).close()
    assert grids(run) == [f"step7_grid_epoch_000{epoch}.png" for epoch in (2, 4, 5)]
    assert drawn == [(epoch / 10, f"12 generated images after epoch {epoch}") for epoch in (4, 2, 5)]


def test_the_history_is_there_after_the_first_row(run):
    keep(run, 1)
    assert len(run.workspace.history.read_text(encoding="utf-8").splitlines()) == 2


def test_a_training_without_a_row_leaves_nothing(run):
    keep(run, 0).close()
    assert list(run.workspace.folder.iterdir()) == [run.workspace.checkpoints]


@pytest.mark.parametrize(
    ("epochs", "moments"),
    [
        (1, [0, 1]),
        (2, [0, 1, 2]),
        (7, [0, 1, 2, 5, 7]),
        (100, [0, 1, 2, 5, 10, 20, 50, 100]),
        (
            300,
            [
                0,
                1,
                2,
                5,
                10,
                20,
                50,
                100,
                200,
                300,
            ],
        ),
    ],
)
def test_the_moments_that_tell(epochs, moments):
    assert journal.progress_epochs(epochs) == moments


def test_the_progress_shows_the_same_noises_at_each_moment(run, monkeypatch):
    shown = []
    row_grid = journal.grids.row_grid

    def spy(images, names, *more, **named):
        shown.append((images[:, 0, 0, 0].tolist(), names))
        return row_grid(images, names, *more, **named)

    monkeypatch.setattr(journal.grids, "row_grid", spy)
    shades = iter(np.linspace(-1, 1, 4))
    steps = np.array([0, 0.1, 0.2]).reshape(3, 1, 1, 1)
    view = TrainingView(
        lambda: np.zeros((3, 28, 28, 1)) + next(shades) + steps, lambda images, *of: row_grid(images, ["all"], *of)
    )
    kept = Journal(run, view, Watch(run))
    for epoch in range(1, 4):
        kept.add(Row(epoch, 0.25 * epoch, 1.0, 0.5, 0.5, updates=1, seconds=1.0))
    kept.close()
    (images, names), *_ = shown
    assert names == ["untrained", "epoch 1", "epoch 2", "epoch 3"]
    np.testing.assert_allclose(images, (np.linspace(-1, 1, 4)[:, np.newaxis] + [0, 0.1, 0.2]).ravel())
    assert run.workspace.progress.is_file()
    said = run.screen.console.file.getvalue()
    assert "Losses over the training" in said and all(loss in said for loss in ("0.250", "0.500", "0.750"))


def test_the_progress_shows_the_images_that_were_chosen(run, monkeypatch):
    shown = []
    row_grid = journal.grids.row_grid

    def spy(images, *more, **named):
        shown.append((images, named))
        return row_grid(images, *more)

    monkeypatch.setattr(journal.grids, "row_grid", spy)
    shades = np.linspace(-1, 1, 12).reshape(12, 1, 1, 1) * np.ones((1, 28, 28, 1))
    kept = Journal(
        run, TrainingView(lambda: shades, progress_images=(9, 2), progress_names=("nine", "two")), Watch(run)
    )
    kept.add(Row(1, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0))
    kept.close()
    ((images, named),) = shown
    np.testing.assert_array_equal(images, shades[[9, 2, 9, 2]])
    assert named == {"column_names": ("nine", "two")}
