"""The files that a training writes while it runs: history, loss plot, grids, and at its end the animation."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from assignment.figures import animation, grids
from assignment.figures.thumbnails import tiles
from assignment.practices.view import TrainingView
from assignment.session.record import progress_epochs, read_stop_epoch, write_history
from assignment.session.run import Run
from assignment.session.watch import Watch
from assignment.settings.tracks import Settings
from assignment.storage.files import FileCopies, check_writing_allowed, replacing
from assignment.training.latent import PLANE_TILES
from assignment.training.loop import Row

LOSSES_EVERY = 20.0  # seconds; drawing takes a third of a second, so it costs less than 2 % of the time
PROGRESS_IMAGES = 8  # images of a grid in the progress figure


class Journal:
    """Keeps the rows of one training and its grid after each epoch, and draws them.

    view: how the grid is sampled and drawn.
    watch: takes notes on each epoch.
    rows, frames: those of the earlier sessions of a continued training; otherwise the frames begin with the untrained
    grid. frames: float (1 + epochs, images, 28, 28, 1) in [-1, 1].
    """

    def __init__(
        self,
        run: Run[Settings],
        view: TrainingView,
        watch: Watch,
        rows: Sequence[Row] = (),
        frames: np.ndarray | None = None,
    ):
        self._run, self._view, self.watch = run, view, watch
        self.rows = list(rows)
        self.frames = [view.sample()] if frames is None else list(frames)
        self._is_continued = frames is not None
        self._losses_drawn = 0.0  # time.monotonic() of the last loss plot
        self._is_folder_cleared = False
        self._earlier_figures = FileCopies()
        self._earlier_figures.add(*run.workspace.earlier_figures)

    def add(self, row: Row) -> None:
        """Add an epoch: write the history, the loss plot every 20 seconds, and a grid when one is due.

        Raises OSError if the disk is full. Any other file that cannot be written (say, a table that is open in another
        program) is reported, and tried again after the next epoch and at the end.
        """
        frame = self._view.sample()
        with self._run.tolerate_write_errors():
            self._clear_folder()  # before a file of this training is written
        self.rows.append(row)
        self.frames.append(frame)
        self.watch.add_epoch(self.rows, frame)
        with self._run.tolerate_write_errors():
            write_history(self._run.workspace.history, self.rows, self.watch.notes)
            if self._is_due(row.epoch) or row.epoch == self._run.settings.epochs:
                self._save_plane(row.epoch)  # now, because it needs the generator of this epoch
            if self._is_due(row.epoch):
                self._save_grid(row.epoch)
                self._save_losses()
            elif time.monotonic() - self._losses_drawn > LOSSES_EVERY:
                self._save_losses()

    def close(self) -> None:
        """Write the final files: the history, all grids that are due and the last one, the losses and the animation."""
        if not self.rows:
            return
        self._clear_folder()
        workspace = self._run.workspace
        write_history(workspace.history, self.rows, self.watch.notes)
        self._earlier_figures.restore()
        self._complete_grids()
        self._save_losses()
        self._save_progress()
        titles = ["untrained", *(f"epoch {row.epoch}" for row in self.rows)]
        animation.save_animation(workspace.animation, self.frames, titles, self._run.caption, self._view.draw)
        for path in (workspace.losses, workspace.animation):
            self._run.screen.say(f"  wrote {path}")

    def _clear_folder(self) -> None:
        """Delete what the first new epoch makes obsolete: the record, and the files of another training.

        Until the first epoch is done, the files of the earlier training are worth more.
        """
        if self._is_folder_cleared:
            return
        if self._is_continued:
            self._remove_stop_grid()
            self._run.workspace.remove_results()
        else:
            self._run.workspace.remove_earlier_training()
        self._is_folder_cleared = True

    def _is_due(self, epoch: int) -> bool:
        return epoch % self._run.settings.grid_every == 0

    def _remove_stop_grid(self) -> None:
        """Delete the grid that was drawn only because an earlier session was stopped after its epoch."""
        epoch = read_stop_epoch(self._run.workspace.record)
        if epoch is not None and not self._is_due(epoch):
            check_writing_allowed()
            self._run.workspace.grid(epoch).unlink(missing_ok=True)

    def _complete_grids(self) -> None:
        """Draw the grids that a stop, a kill or another --grid-every left out. Other earlier grids are kept."""
        for row in self.rows:
            if self._is_due(row.epoch) or row is self.rows[-1]:
                if not self._run.workspace.grid(row.epoch).exists():
                    self._save_grid(row.epoch)

    def _save_grid(self, epoch: int) -> None:
        images = self.frames[epoch]
        figure = self._view.draw(images, f"{len(images)} generated images after epoch {epoch}", self._run.caption)
        self._run.save_figure(figure, self._run.workspace.grid(epoch))

    def _save_plane(self, epoch: int) -> None:
        """Save the images on a plane through the latent space, of which the explore page shows how they developed."""
        if self._view.sample_plane is None:
            return
        path = self._run.workspace.plane(epoch)
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_bytes(tiles(self._view.sample_plane(), columns=PLANE_TILES))

    def _save_progress(self) -> None:
        """Draw images from the same noise at some epochs of the training."""
        epochs = progress_epochs(len(self.rows))
        count = len(self.frames[0])
        evenly_spaced = np.linspace(0, count - 1, min(PROGRESS_IMAGES, count)).round().astype(int)
        chosen = list(self._view.progress_images) or list(evenly_spaced)
        names = [f"epoch {epoch}" if epoch else "untrained" for epoch in epochs]
        figure = grids.row_grid(
            np.concatenate([self.frames[epoch][chosen] for epoch in epochs]),
            names,
            "Images from the same noise over the training",
            self._run.caption,
            column_names=self._view.progress_names,
        )
        self._run.save_figure(figure, self._run.workspace.progress)

    def _save_losses(self) -> None:
        figure = self._view.plot(
            [row.epoch for row in self.rows],
            [row.discriminator_loss for row in self.rows],
            [row.generator_loss for row in self.rows],
            "Losses of both networks",
            self._run.caption,
        )
        self._run.save_figure(figure, self._run.workspace.losses, quiet=True)
        self._losses_drawn = time.monotonic()
