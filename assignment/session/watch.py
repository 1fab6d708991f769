"""What is noted after every epoch beside its losses, and what is not well said as soon as it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from typing import Any

import numpy as np

from assignment.evaluation.health import Epoch, Finding, Scale, Spell, findings, spells
from assignment.evaluation.variety import distance_within
from assignment.practices.catalogue import BY_NAME
from assignment.session.run import Run
from assignment.settings.checks import option_name
from assignment.training.loop import Row

Notes = dict[str, float]
# A setting as it is now, to what it is worth trying as; None where that has been tried already.
REMEDIES: dict[str, Callable[[Any], Any]] = {
    "label_smoothing": lambda smoothing: None if smoothing else 0.1,  # the lecture's
    "batch_size": lambda size: 2 * size,
    "precision": lambda precision: None if precision == "float32" else "float32",
    "seed": lambda seed: seed + 1,
}


class Watch:
    """Keeps the notes of one training: one dictionary for the untrained networks, then one for each epoch.

    `measure` gives what is noted of the networks after an epoch (0 before the first). A training that is continued
    brings its earlier `notes`.
    """

    def __init__(
        self,
        run: Run,
        measure: Callable[[int], Notes] = lambda epoch: {},
        scale: Scale = Scale(),
        notes: Sequence[Notes] = (),
    ):
        self._run, self._measure, self._scale = run, measure, scale
        self.notes = list(notes) or [measure(0)]

    def after(self, rows: Sequence[Row], grid: np.ndarray) -> None:
        """Note what the last of `rows` brought, with its grid's images, and say what is not well any more since then.

        What goes on being so was said when it began. Raises OSError when the disk is full; what else cannot be written
        is said.
        """
        note = self._variety(grid)
        self.notes.append(note)
        with self._run.undeterred():
            note.update(self._measure(rows[-1].epoch))
        epochs = self._epochs(rows)
        before = {finding.name for finding in findings(epochs[:-1], self._scale)} if len(epochs) > 1 else set()
        for finding in findings(epochs, self._scale):
            if finding.name not in before:
                self._run.screen.warn(
                    f"Not well after epoch {rows[-1].epoch}: {finding.name}",
                    f"Seen: {finding.seen}. It usually means: {finding.means}. Try next: {self.remedy(finding)}.",
                )

    def spells(self, rows: Sequence[Row], broken_in: int | None = None) -> list[Spell]:
        """All that was not well in a training of these rows, and in the epoch in which it broke down."""
        epochs = self._epochs(rows)
        return spells([*epochs, Epoch(broken_in, nan, nan)] if broken_in else epochs, self._scale)

    def remedy(self, finding: Finding) -> str:
        """The option to try next: of the first remedy that this track has and that is not in use already."""
        now = {**vars(self._run.settings), "precision": self._run.precision}
        refused = {clash for name in self._run.settings.practice for clash in BY_NAME[name].clashes}
        wanted = {
            setting: REMEDIES[setting](now[setting])
            for setting in (*finding.try_next, "seed")
            if setting in now and option_name(setting) not in refused
        }
        setting = next(setting for setting, value in wanted.items() if value is not None)
        return f"{option_name(setting)} {wanted[setting]} --fresh"

    def _variety(self, grid: np.ndarray) -> Notes:
        if not self._scale.of_a_kind:
            return {}
        return {"variety": distance_within(grid, self._scale.of_a_kind) / self._scale.real_distance}

    def _epochs(self, rows: Sequence[Row]) -> list[Epoch]:
        names = ("discriminator_gradient", "generator_gradient", "variety")
        return [
            Epoch(row.epoch, row.discriminator_loss, row.generator_loss, *(note.get(name, nan) for name in names))
            for row, note in zip(rows, self.notes[1:], strict=True)
        ]
