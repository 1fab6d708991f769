"""What a training leaves behind while it goes on: history, losses figure, grids, animation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from assignment.evaluation.health import Scale
from assignment.figures import animation, curves, grids
from assignment.session.record import write_history
from assignment.session.run import Run
from assignment.session.watch import Watch
from assignment.training.loop import Row

LOSSES_EVERY = 20.0  # seconds; drawing takes a third of one, so that refreshing stays under 2 % of the time
HEADLINE = "Losses of both networks"
PROGRESS_IMAGES = 8  # of a grid, in the figure of the progress


class Sketch(NamedTuple):
    """How a track's training is looked at.

    `sample` gives the grid's images as they are now, float (images, 28, 28, 1) in [-1, 1], on noise that stays the
    same for the whole training; `draw` makes a figure of (images, title, caption), and `plot` one of (epochs,
    discriminator_losses, generator_losses, title, caption). `losses` says in words what the losses are. The progress
    shows the grid's images at the places `chosen`, as columns called `chosen_names`; else some from all over the grid.
    `scale` is by what the training's health is measured.
    """

    sample: Callable[[], np.ndarray]
    draw: Callable[[np.ndarray, str, str], Figure] = grids.image_grid
    plot: Callable[..., Figure] = curves.loss_curves
    losses: str = "nats; 0.693 where the discriminator is undecided"
    chosen: Sequence[int] = ()
    chosen_names: Sequence[str] = ()
    scale: Scale = Scale()


class Journal:
    """Keeps the rows of one training, and the grid's images after each, and draws what they bring.

    `sketch` is how the grid is sampled and drawn, `watch` notes what else an epoch brought. A training that is
    continued brings its earlier `rows` and `frames`; without them the journal begins with the untrained images.
    """

    def __init__(
        self, run: Run, sketch: Sketch, watch: Watch, rows: Sequence[Row] = (), frames: np.ndarray | None = None
    ):
        self._run, self._sketch, self.watch = run, sketch, watch
        self.rows = list(rows)
        self.frames = [sketch.sample()] if frames is None else list(frames)
        self._continued = frames is not None
        self._losses_drawn = 0.0
        self._cleared = False

    def add(self, row: Row) -> None:
        """Take an epoch's row: the history always, the losses every 20 seconds, a grid when one is due.

        Raises OSError when the disk is full, since a training that cannot be kept is not worth going on with. Any
        other file that cannot be written now (a table that is open in another program) is said, and tried again with
        the next row and at the end.
        """
        frame = self._sketch.sample()
        with self._run.undeterred():
            self._clear()  # before anything of this training is written
        self.rows.append(row)
        self.frames.append(frame)
        self.watch.after(self.rows, frame)
        with self._run.undeterred():
            write_history(self._run.workspace.history, self.rows, self.watch.notes)
            if self._is_due(row.epoch):
                self._keep_grid(row.epoch)
                self._keep_losses()
            elif time.monotonic() - self._losses_drawn > LOSSES_EVERY:
                self._keep_losses()

    def close(self) -> None:
        """Write the end: the history, every grid that is due and the last one, the losses, the animation."""
        if not self.rows:
            return
        self._clear()
        write_history(self._run.workspace.history, self.rows, self.watch.notes)
        self._settle_grids()
        self._keep_losses()
        self._keep_progress()
        titles = ["untrained", *(f"epoch {row.epoch}" for row in self.rows)]
        animation.save_animation(
            self._run.workspace.animation, self.frames, titles, self._run.caption, self._sketch.draw
        )
        self._run.screen.say(f"  wrote {self._run.workspace.losses} and {self._run.workspace.animation}")

    def _clear(self) -> None:
        """Take away what the first new row makes untrue: the record, and all that is of another training.

        Not before that row: until then an earlier training's files are worth more.
        """
        if not self._cleared:
            workspace = self._run.workspace
            workspace.remove_end() if self._continued else workspace.remove_earlier_training()
            self._cleared = True

    def _is_due(self, epoch: int) -> bool:
        return epoch % self._run.settings.grid_every == 0

    def _settle_grids(self) -> None:
        """Draw what a stop, a kill or another --grid-every left out, and remove what only an earlier end asked for."""
        last = self.rows[-1].epoch
        wanted = {self._run.workspace.grid(row.epoch): row.epoch for row in self.rows if self._is_due(row.epoch)}
        wanted[self._run.workspace.grid(last)] = last
        for path in self._run.workspace.grids():
            if path not in wanted:
                path.unlink()
        for path, epoch in wanted.items():
            if not path.exists():
                self._keep_grid(epoch)

    def _keep_grid(self, epoch: int) -> None:
        images = self.frames[epoch]
        figure = self._sketch.draw(images, f"{len(images)} generated images after epoch {epoch}", self._run.caption)
        self._run.keep(figure, self._run.workspace.grid(epoch))

    def _keep_progress(self) -> None:
        """Show how the same noises were drawn at a few moments of the training, and the losses of these."""
        moments = telling_moments(len(self.rows))
        count = len(self.frames[0])
        chosen = list(self._sketch.chosen) or np.linspace(0, count - 1, min(PROGRESS_IMAGES, count)).round().astype(int)
        names = [f"epoch {epoch}" if epoch else "untrained" for epoch in moments]
        images = np.concatenate([self.frames[epoch][chosen] for epoch in moments])
        figure = grids.row_grid(
            images,
            names,
            "The same noises over the training",
            self._run.caption,
            column_names=self._sketch.chosen_names,
        )
        self._run.keep(figure, self._run.workspace.progress)
        rows = [self.rows[epoch - 1] for epoch in moments if epoch]
        self._run.screen.table(
            f"How the losses went ({self._sketch.losses})",
            ("epoch", "discriminator", "generator"),
            [(str(row.epoch), f"{row.discriminator_loss:.3f}", f"{row.generator_loss:.3f}") for row in rows],
        )

    def _keep_losses(self) -> None:
        figure = self._sketch.plot(
            [row.epoch for row in self.rows],
            [row.discriminator_loss for row in self.rows],
            [row.generator_loss for row in self.rows],
            HEADLINE,
            self._run.caption,
        )
        self._run.keep(figure, self._run.workspace.losses, quietly=True)
        self._losses_drawn = time.monotonic()


def telling_moments(epochs: int) -> list[int]:
    """Epochs at which to look at a training of `epochs`: 0, then 1, 2, 5, 10, 20, 50 and so on, and the last."""
    steps = [first * 10**power for power in range(len(str(epochs))) for first in (1, 2, 5)]
    return [0, *(step for step in steps if step < epochs), epochs]
