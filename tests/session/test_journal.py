import json
from functools import partial

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

ROW = Row(1, 0.5, 1.0, 0.5, 0.5, updates=1, seconds=1.0)


def make_grid(brightness):
    """Return 12 images of one brightness in [-1, 1]."""
    return np.full((12, 28, 28, 1), brightness)


def draw(images, title, caption):
    return journal.grids.image_grid(images, title, caption)  # looked up at every call, since some tests replace it


def grids(run):
    return [path.name for path in run.workspace.grids()]


@pytest.fixture
def run(make_run):
    return make_run(firstname="ana", grid_every=2)


@pytest.fixture
def make_journal(run):
    """A function that makes the journal of a training whose grid has these brightnesses, untrained and per epoch."""

    def make(brightnesses=None, **view):
        remaining = iter(brightnesses or [])
        sample = (lambda: make_grid(next(remaining))) if brightnesses else (lambda: make_grid(0.0))
        return Journal(run, TrainingView(sample, **{"draw": draw, **view}), Watch(run))

    return make


@pytest.fixture
def continue_journal(run):
    """A function that returns the journal of a training continued after `done` epochs to `epochs` epochs.

    The brightness of each grid is a tenth of its epoch.
    """

    def make(done, epochs):
        frames = np.stack([make_grid(0.1 * epoch) for epoch in range(done + 1)])
        rows = [ROW._replace(epoch=epoch) for epoch in range(1, done + 1)]
        brightnesses = iter([0.1 * epoch for epoch in range(done + 1, epochs + 1)])
        view = TrainingView(lambda: make_grid(next(brightnesses)), draw)
        kept = Journal(run, view, Watch(run, notes=[{}] * (1 + done)), rows, frames)
        return add_epochs(kept, range(done + 1, epochs + 1))

    return make


def add_epochs(kept, epochs):
    for epoch in epochs:
        kept.add(ROW._replace(epoch=epoch, discriminator_loss=0.25 * epoch))
    return kept


@pytest.fixture
def row_grids(monkeypatch):
    """The (images, names, options) of every figure with rows of images so far."""
    drawn = []
    row_grid = journal.grids.row_grid

    def record_drawing(images, names, *more, **options):
        drawn.append((images, names, options))
        return row_grid(images, names, *more, **options)

    monkeypatch.setattr(journal.grids, "row_grid", record_drawing)
    return drawn


@pytest.mark.usefixtures("quick_figures")
def test_a_grid_is_saved_when_it_is_due_and_at_the_end(run, make_journal):
    kept = add_epochs(make_journal(), range(1, 6))
    assert grids(run) == ["step7_grid_epoch_0002.png", "step7_grid_epoch_0004.png"]
    kept.close()
    assert grids(run) == [f"step7_grid_epoch_000{epoch}.png" for epoch in (2, 4, 5)]


@pytest.mark.usefixtures("quick_figures")
def test_a_grid_that_is_due_at_the_end_is_saved_once(run, make_journal, printed):
    add_epochs(make_journal(), range(1, 5)).close()
    assert grids(run) == ["step7_grid_epoch_0002.png", "step7_grid_epoch_0004.png"]
    assert printed(run).count("step7_grid_epoch_0004.png") == 1


def test_the_animation_goes_from_the_untrained_grid_to_the_last_epoch(run, make_journal):
    add_epochs(make_journal([-1.0, -0.3, 0.3, 1.0]), range(1, 4)).close()
    with Image.open(run.workspace.animation) as picture:
        assert picture.n_frames == 4


@pytest.mark.parametrize(("seconds", "after_epochs"), [(-1.0, [1, 2, 3, 4, 5]), (1e9, [2, 4])])
def test_the_losses_are_drawn_with_every_grid_and_after_some_seconds(make_journal, monkeypatch, seconds, after_epochs):
    drawn = []
    monkeypatch.setattr(journal, "LOSSES_EVERY", seconds)
    monkeypatch.setattr(Run, "save_figure", lambda *figure, **quiet: None)
    add_epochs(make_journal(plot=lambda epochs, *rest: drawn.append(len(epochs))), range(1, 6))
    assert drawn == after_epochs


def test_grid_and_losses_are_drawn_from_the_epochs_so_far(run, make_journal, monkeypatch):
    drawn = {}
    monkeypatch.setattr(journal.grids, "image_grid", lambda *arguments: drawn.update(grid=arguments))
    monkeypatch.setattr(Run, "save_figure", lambda *figure, **quiet: None)
    kept = make_journal([0.0, 0.1, 0.2], plot=lambda *arguments: drawn.update(losses=arguments))
    for epoch in (1, 2):
        kept.add(Row(epoch, 0.5 * epoch, 1.0 * epoch, 0.3, 0.7, updates=1, seconds=1.0))
    epochs, discriminator_losses, generator_losses, _, caption = drawn["losses"]
    assert (epochs, discriminator_losses, generator_losses) == ([1, 2], [0.5, 1.0], [1.0, 2.0])
    assert caption == run.caption
    images, title, caption = drawn["grid"]
    assert images.max() == 0.2 and title == "12 generated images after epoch 2" and caption == run.caption


@pytest.mark.usefixtures("quick_figures")
def test_a_file_that_cannot_be_written_is_reported_and_written_after_the_next_epoch(
    run, make_journal, printed, monkeypatch
):
    def refuse(path, rows, notes):
        raise PermissionError(13, "Permission denied", "history.csv")

    kept = make_journal()
    with monkeypatch.context() as patched:
        patched.setattr(journal, "write_history", refuse)
        add_epochs(kept, [1])
    assert "the training continues, but permission denied: history.csv;" in printed(run)
    add_epochs(kept, [2])
    assert len(run.workspace.history.read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.usefixtures("quick_figures")
def test_the_first_epoch_of_a_new_training_removes_the_files_of_an_earlier_one(run, make_journal):
    workspace = run.workspace
    results = [
        workspace.record,
        workspace.metrics,
        workspace.metrics_figure,
        workspace.report,
        workspace.best_generator,
    ]
    earlier = [*results, workspace.animation, workspace.grid(300), workspace.checkpoints / "epoch_0300.npz"]
    for path in earlier:
        path.touch()
    kept = make_journal()
    assert all(path.exists() for path in earlier)
    add_epochs(kept, [1])
    assert not any(path.exists() for path in earlier)


@pytest.mark.usefixtures("quick_figures")
def test_an_earlier_file_that_cannot_be_removed_is_removed_at_the_end(run, make_journal, monkeypatch):
    def refuse(workspace):
        raise PermissionError(13, "Permission denied", "step7_losses.png")

    earlier = run.workspace.grid(300)
    earlier.touch()
    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "remove_earlier_training", refuse)
        kept = add_epochs(make_journal(), [1])
    assert len(kept.rows) == 1 and earlier.exists()
    kept.close()
    assert not earlier.exists() and run.workspace.history.exists()


def test_a_full_disk_ends_the_training(make_journal, monkeypatch):
    def refuse(path, rows, notes):
        raise OSError(28, "No space left on device", "history.csv")

    monkeypatch.setattr(journal, "write_history", refuse)
    with pytest.raises(OSError, match="No space left"):
        add_epochs(make_journal(), [1])


@pytest.mark.usefixtures("quick_figures")
def test_a_continued_training_keeps_its_rows_frames_and_figures(run, continue_journal):
    run.workspace.losses.touch()
    run.workspace.record.touch()
    kept = continue_journal(3, 5)
    assert [row.epoch for row in kept.rows] == [1, 2, 3, 4, 5]
    assert [frame.max().round(6) for frame in kept.frames] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert run.workspace.losses.exists()
    assert not run.workspace.record.exists(), "the record describes a training of fewer epochs"


@pytest.mark.usefixtures("quick_figures")
def test_a_continued_training_ends_with_the_grids_of_an_uninterrupted_one(run, continue_journal, monkeypatch):
    continue_journal(0, 3).close()
    assert grids(run) == ["step7_grid_epoch_0002.png", "step7_grid_epoch_0003.png"]
    stopped = {"status": "interrupted", "epochs_done": 3, "settings": {"grid_every": 2}}
    run.workspace.record.write_text(json.dumps(stopped), encoding="utf-8")
    run.workspace.grid(2).unlink()  # as a kill may leave it
    drawn = []
    draw_grid = journal.grids.image_grid

    def record_drawing(images, title, caption):
        drawn.append((images.max().round(6), title))
        return draw_grid(images, title, caption)

    monkeypatch.setattr(journal.grids, "image_grid", record_drawing)
    continue_journal(3, 5).close()
    assert grids(run) == [f"step7_grid_epoch_000{epoch}.png" for epoch in (2, 4, 5)]
    assert drawn == [(epoch / 10, f"12 generated images after epoch {epoch}") for epoch in (4, 2, 5)]


@pytest.mark.usefixtures("quick_figures")
def test_a_continued_training_keeps_the_grids_of_a_finished_one(run, continue_journal):
    continue_journal(0, 3).close()
    finished = {"status": "finished", "epochs_done": 3, "settings": {"grid_every": 2}}
    run.workspace.record.write_text(json.dumps(finished), encoding="utf-8")
    continue_journal(3, 5).close()
    assert grids(run) == [f"step7_grid_epoch_000{epoch}.png" for epoch in (2, 3, 4, 5)]


@pytest.mark.usefixtures("quick_figures")
def test_the_history_is_written_after_the_first_epoch(run, make_journal):
    add_epochs(make_journal(), [1])
    assert len(run.workspace.history.read_text(encoding="utf-8").splitlines()) == 2


def test_a_training_without_a_complete_epoch_writes_no_file(run, make_journal):
    make_journal().close()
    assert list(run.workspace.folder.iterdir()) == [run.workspace.checkpoints]


@pytest.mark.usefixtures("quick_figures")
def test_the_progress_figure_has_the_same_images_of_the_grid_at_every_epoch(run, row_grids):
    brightnesses = iter([-0.9, -0.4, 0.1, 0.6])
    steps = np.array([0, 0.1, 0.2]).reshape(3, 1, 1, 1)
    view = TrainingView(
        lambda: np.zeros((3, 28, 28, 1)) + next(brightnesses) + steps,
        draw=partial(journal.grids.image_grid, rows=1, columns=3),
    )
    add_epochs(Journal(run, view, Watch(run)), [1, 2, 3]).close()
    ((images, names, _),) = row_grids
    assert names == ["untrained", "epoch 1", "epoch 2", "epoch 3"]
    expected = np.array([[-0.9], [-0.4], [0.1], [0.6]]) + [0, 0.1, 0.2]
    np.testing.assert_allclose(images[:, 0, 0, 0], expected.ravel())
    assert run.workspace.progress.is_file()


@pytest.mark.usefixtures("quick_figures")
def test_the_progress_figure_has_the_images_that_the_view_selects(run, row_grids):
    grid = np.linspace(-1, 1, 12).reshape(12, 1, 1, 1) * np.ones((1, 28, 28, 1))
    view = TrainingView(lambda: grid, progress_images=(9, 2), progress_names=("nine", "two"))
    add_epochs(Journal(run, view, Watch(run)), [1]).close()
    ((images, _, options),) = row_grids
    np.testing.assert_array_equal(images, grid[[9, 2, 9, 2]])
    assert options == {"column_names": ("nine", "two")}


def test_a_plane_is_saved_at_every_grid_and_after_the_last_epoch(make_run):
    run = make_run(firstname="ana", grid_every=2, epochs=3)
    view = TrainingView(lambda: make_grid(0.0), draw, sample_plane=lambda: np.zeros((49, 28, 28, 1)))
    journal = Journal(run, view, Watch(run))
    for epoch in (1, 2, 3):
        journal.add(ROW._replace(epoch=epoch))
    assert list(run.workspace.plane_epochs()) == [2, 3]
