"""What a run leaves, for Python: its networks, losses, metrics and figures, read from its files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assignment.errors import AssignmentError
from assignment.evaluation.metrics_file import MetricsFile, read_metrics
from assignment.settings.tracks import Settings
from assignment.storage.reading import Text, read_json, read_table
from assignment.storage.workspace import Workspace

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class RecordedRun:
    """What is read of run.json; the defaults are those of a run that was stopped before its first complete epoch."""

    status: Text = "interrupted"
    epochs_done: int = 0


class RunResult:
    """The result of a run.

    settings: the run's settings.
    folder: where its figures and records are.
    status: "finished", or "interrupted" if it was stopped; the same call continues it.
    epochs: the number of complete epochs.
    """

    def __init__(self, settings: Settings, workspace: Workspace, has_results: bool = True):
        """has_results: whether the run wrote any; one that is stopped before its first complete epoch does not."""
        self.settings, self._workspace, self._has_results = settings, workspace, has_results
        self.folder = workspace.folder
        record = (read_json(workspace.record, RecordedRun) if has_results else None) or RecordedRun()
        self.status, self.epochs = record.status, record.epochs_done

    def __repr__(self) -> str:
        epochs = f"{self.epochs} of {self.settings.epochs} epochs"
        return f"<run of {self.settings.firstname}, {self.settings.TRACK}: {self.status}, {epochs}; {self.report}>"

    @cached_property
    def generator(self) -> keras.Model:
        """The generator that was saved, in float32."""
        return self._network(self._workspace.generator_model)

    @cached_property
    def discriminator(self) -> keras.Model:
        """The discriminator that was saved, in float32."""
        return self._network(self._workspace.discriminator_model)

    @cached_property
    def history(self) -> dict[str, np.ndarray]:
        """The columns of history.csv by name, a value for each epoch; NaN where nothing was measured."""
        rows = list(csv.DictReader(read_table(self._existing(self._workspace.history))))
        names = rows[0].keys() if rows else ()
        return {name: np.array([float(row[name] or "nan") for row in rows]) for name in names}

    @property
    def metrics(self) -> MetricsFile | None:
        """What was measured of the generator, and the verdicts; None if it was not evaluated."""
        return read_metrics(self._workspace.metrics) if self._has_results else None

    @property
    def figures(self) -> dict[str, Path]:
        """The pictures of the run by their names, as in "step7_losses"."""
        paths = (*self._workspace.figures, *self._workspace.grids()) if self._has_results else ()
        return {path.stem: path for path in paths if path.is_file()}

    @property
    def report(self) -> Path:
        """The page with everything."""
        return self._workspace.report

    def _network(self, path: Path) -> keras.Model:
        from assignment.training.network_file import load_network

        return load_network(self._existing(path))

    def _existing(self, path: Path) -> Path:
        """Return the path of a file. Raises AssignmentError if the run has not written it yet."""
        if not self._has_results or not path.exists():
            raise AssignmentError(f"{path} does not exist yet; the same call continues the training.")
        return path
