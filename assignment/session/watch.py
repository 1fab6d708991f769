"""Notes on every epoch in addition to its losses, and problems, reported when they begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import nan
from typing import Any

import numpy as np

from assignment.evaluation.health import Episode, Epoch, HealthThresholds, Problem, find_episodes, find_problems
from assignment.evaluation.metrics import distance_within_classes
from assignment.practices.catalogue import BY_NAME
from assignment.session.run import Run
from assignment.settings.checks import option_name
from assignment.settings.tracks import Settings
from assignment.training.loop import Row

Notes = dict[str, float]
AUGMENTATIONS = {"diff-augment", "adaptive-augment"}
# For each setting: a function of its value that returns the value to try next, or None if that has been tried.
REMEDIES: dict[str, Callable[[Any], Any]] = {
    "label_smoothing": lambda smoothing: None if smoothing else 0.1,  # the lecture's value
    "batch_size": lambda size: 2 * size,
    "precision": lambda precision: None if precision == "float32" else "float32",
    "practice": lambda names: None if set(names) & AUGMENTATIONS else "diff-augment",
    "seed": lambda seed: seed + 1,
}


class Watch:
    """Keeps the notes of a training: one dictionary for the untrained networks, then one per epoch.

    measure(epoch): the notes on the networks after an epoch (0: untrained).
    notes: those of the earlier sessions of the training.
    """

    def __init__(
        self,
        run: Run[Settings],
        measure: Callable[[int], Notes] = lambda epoch: {},
        thresholds: HealthThresholds = HealthThresholds(),
        notes: Sequence[Notes] = (),
    ):
        self._run, self._measure, self._thresholds = run, measure, thresholds
        self.notes = list(notes) or [measure(0)]

    def add_epoch(self, rows: Sequence[Row], grid: np.ndarray) -> None:
        """Take notes on the last of `rows` and its grid, and report problems that began this epoch.

        Raises OSError if the disk is full; other write errors are reported. Raises NotFinite if a generated image
        has a NaN or infinite value.
        """
        note: Notes = {}
        self.notes.append(note)  # first, so that there are as many notes as rows after an error
        note.update(self._variety(grid))
        with self._run.tolerate_write_errors():
            note.update(self._measure(rows[-1].epoch))
        epochs = self._epochs(rows)
        before = (
            {problem.name for problem in find_problems(epochs[:-1], self._thresholds)} if len(epochs) > 1 else set()
        )
        for problem in find_problems(epochs, self._thresholds):
            if problem.name not in before:
                self._run.screen.warn(
                    f"Problem after epoch {rows[-1].epoch}: {problem.name}",
                    f"Seen: {problem.seen}. Usual meaning: {problem.means}. Try next: {self.remedy(problem)}.",
                )

    def episodes(self, rows: Sequence[Row], diverged_in: int | None = None) -> list[Episode]:
        """Return all problems of a training with these rows, including the epoch in which it diverged."""
        epochs = self._epochs(rows)
        if diverged_in:
            epochs.append(Epoch(diverged_in, nan, nan))
        return find_episodes(epochs, self._thresholds)

    def remedy(self, problem: Problem) -> str:
        """Return the option to try next: the first remedy that the track has and that is not in use."""
        current = {**vars(self._run.settings), "precision": self._run.precision}
        conflicts = {name for practice in self._run.settings.practice for name in BY_NAME[practice].conflicts}
        candidates = {
            setting: REMEDIES[setting](current[setting])
            for setting in (*problem.try_next, "seed")
            if setting in current and option_name(setting) not in conflicts
        }
        setting = next(setting for setting, value in candidates.items() if value is not None)
        return f"{option_name(setting)} {candidates[setting]} --fresh"

    def _variety(self, grid: np.ndarray) -> Notes:
        if not self._thresholds.images_per_class:
            return {}
        distance = distance_within_classes(grid, self._thresholds.images_per_class)
        return {"variety": distance / self._thresholds.real_distance}

    def _epochs(self, rows: Sequence[Row]) -> list[Epoch]:
        names = ("discriminator_gradient", "generator_gradient", "variety", "memorization")
        return [
            Epoch(row.epoch, row.discriminator_loss, row.generator_loss, *(note.get(name, nan) for name in names))
            for row, note in zip(rows, self.notes[1:], strict=True)
        ]
