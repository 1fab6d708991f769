"""What a training leaves behind while it goes on: history, losses figure, grids, animation."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from assignment.errors import sentence_for
from assignment.figures import animation, curves, grids
from assignment.record import write_history
from assignment.run import Run
from assignment.training.loop import Row

LOSSES_EVERY = 20.0  # seconds; drawing takes a third of one, so that refreshing stays under 2 % of the time
HEADLINE = "Losses of both networks"


class Journal:
    """Keeps the rows of one training and draws what they bring.

    `sample` gives the images of the grid as they are now, float (12, 28, 28, 1) in [-1, 1], on noise that stays the
    same for the whole run.
    """

    def __init__(self, run: Run, sample: Callable[[], np.ndarray]):
        self._run, self._sample = run, sample
        self.rows: list[Row] = []
        self._frames = [sample()]
        self._losses_drawn = 0.0
        self._earlier_removed = False

    def add(self, row: Row) -> None:
        """Take an epoch's row: the history always, the losses every 20 seconds, a grid when one is due.

        A file that cannot be written now (a full disk, a table that is open in another program) is said and does not
        end the training; the history and the losses are tried again with the next row, and at the end.
        """
        self.rows.append(row)
        self._frames.append(self._sample())
        try:
            self._remove_earlier()
            write_history(self._run.workspace.history, self.rows)
            if row.epoch % self._run.settings.grid_every == 0:
                self._keep_grid()
                self._keep_losses()
            elif time.monotonic() - self._losses_drawn > LOSSES_EVERY:
                self._keep_losses()
        except OSError as error:
            self._run.screen.say(f"  the training goes on, but {sentence_for(error)}")

    def close(self) -> None:
        """Write the end: the history, the last grid where none was due, the losses, the animation."""
        if not self.rows:
            return
        self._remove_earlier()
        write_history(self._run.workspace.history, self.rows)
        if self.rows[-1].epoch % self._run.settings.grid_every:
            self._keep_grid()
        self._keep_losses()
        titles = ["untrained", *(f"epoch {row.epoch}" for row in self.rows)]
        animation.save_animation(self._run.workspace.animation, self._frames, titles, self._run.caption)
        self._run.screen.say(f"  wrote {self._run.workspace.losses} and {self._run.workspace.animation}")

    def _remove_earlier(self) -> None:
        """Only now that a first epoch is done; until then an earlier training's files are worth more."""
        if not self._earlier_removed:
            self._run.workspace.remove_earlier_training()
            self._earlier_removed = True

    def _keep_grid(self) -> None:
        epoch = self.rows[-1].epoch
        figure = grids.image_grid(self._frames[-1], f"12 generated images after epoch {epoch}", self._run.caption)
        self._run.keep(figure, self._run.workspace.grid(epoch))

    def _keep_losses(self) -> None:
        figure = curves.loss_curves(
            [row.epoch for row in self.rows],
            [row.discriminator_loss for row in self.rows],
            [row.generator_loss for row in self.rows],
            HEADLINE,
            self._run.caption,
        )
        self._run.keep(figure, self._run.workspace.losses, quietly=True)
        self._losses_drawn = time.monotonic()
