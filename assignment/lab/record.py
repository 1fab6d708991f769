"""The record of a lab: conditions (lab.json), results (results.csv) and metrics over the epochs (curves.csv)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from assignment.errors import AssignmentError
from assignment.lab.curves import CurvePoint, read_curves, write_curves
from assignment.lab.plan import OTHER_SECONDS, Trial, plan_trials
from assignment.lab.results import Result, read_results, write_results
from assignment.lab.settings import LabSettings
from assignment.lab.trial_files import read_points
from assignment.lab.workspace import LabWorkspace
from assignment.settings.checks import option_name
from assignment.storage.files import FORMAT, check_format, write_json
from assignment.storage.reading import Malformed, Text, convert, read_json


class SharedSettings(TypedDict):
    """Settings that all runs of a lab share."""

    track: Text
    epochs: int
    precision: Text
    data: Text


class Conditions(SharedSettings, total=False):
    """What must be the same to continue a lab. The first name was not always recorded."""

    firstname: Text


class LabRecord:
    """The trials, conditions and results of a lab; with `settings.fresh`, without those of an earlier lab.

    Raises AssignmentError if the earlier lab was written in another format, or its table of results is damaged.
    """

    def __init__(self, settings: LabSettings, workspace: LabWorkspace):
        self.settings, self.workspace = settings, workspace
        self.trials = plan_trials(settings, workspace)
        self.results: list[Result] = []
        self.points: list[CurvePoint] = []
        self._saved: Conditions | None = None
        if settings.fresh:
            return
        self._saved = _read_conditions(workspace)
        try:
            self.results = read_results(workspace.results)
            self.points = read_curves(workspace.curves)
            self._read_missing_points()
        except ValueError as error:
            raise AssignmentError(
                f"{error}; restore it from a copy, or move it away: the results still in the runs' folders are then"
                " read again."
            ) from error

    def check_conditions(self) -> None:
        """Raise AssignmentError if the folder contains a lab under other conditions."""
        requested = self._requested_conditions()
        saved = self._saved or self._conditions_of_results()
        if saved is None:
            return
        for name, value in requested.items():
            if saved.get(name, value) != value:
                option = option_name(name)
                raise AssignmentError(
                    f"{self.workspace.folder} contains a lab with {option} {saved.get(name)} (this command has"
                    f" {value}); give the same value to continue it, --fresh to start over, or another --outputs-dir."
                )

    def save_conditions(self) -> None:
        write_json(self.workspace.conditions, {"format": FORMAT, **self._requested_conditions()})

    def remaining_trials(self) -> list[Trial]:
        """Return the trials that have no result yet, in their order."""
        done = {(result.practice, result.seed) for result in self.results}
        return [trial for trial in self.trials if (trial.practice, trial.seed) not in done]

    def add_result(self, result: Result, points: Sequence[CurvePoint] = ()) -> None:
        """Add the result of a trial and its metrics over the epochs; they replace earlier ones of the same trial."""
        trial = (result.practice, result.seed)
        self.results = [other for other in self.results if (other.practice, other.seed) != trial] + [result]
        self.points = [point for point in self.points if (point.practice, point.seed) != trial] + [*points]

    def save_results(self) -> None:
        """Write curves.csv, then results.csv. Raises OSError if that fails."""
        write_curves(self.workspace.curves, self.points)
        write_results(self.workspace.results, self.results)

    def _read_missing_points(self) -> None:
        """Read the metrics over the epochs of finished trials that curves.csv lacks, if their folders still exist."""
        known = {(point.practice, point.seed) for point in self.points}
        for practice, seed in ((result.practice, result.seed) for result in self.results):
            if (practice, seed) not in known:
                trial = Trial(practice, seed, self.workspace.trial_folder(practice, seed))
                self.points += read_points(practice, seed, trial.run_workspace(self.settings))

    def measured_seconds(self) -> dict[str, float]:
        """Return the mean seconds of the lab's finished trials, by practice."""
        seconds_by_practice: dict[str, list[float]] = {}
        for result in self.results:
            if result.status == "finished":
                seconds_by_practice.setdefault(result.practice, []).append(result.seconds + OTHER_SECONDS)
        return {practice: sum(seconds) / len(seconds) for practice, seconds in seconds_by_practice.items()}

    def _requested_conditions(self) -> Conditions:
        return {
            "firstname": self.settings.firstname,
            "track": self.settings.track,
            "epochs": self.settings.epochs,
            "precision": self.settings.precision,
            # It makes no difference where the real images come from; each result names its images.
            "data": "standin" if self.settings.data == "standin" else "real",
        }

    def _conditions_of_results(self) -> Conditions | None:
        """Return what the results show of the conditions, if lab.json is missing or damaged."""
        finished = [result for result in self.results if result.status == "finished"]
        if not finished:
            return None
        first = finished[0]
        data = "standin" if first.is_of_standin else "real"
        return {**self._requested_conditions(), "epochs": first.epochs, "data": data}


def _read_conditions(workspace: LabWorkspace) -> Conditions | None:
    """Return the conditions in lab.json, or None if the file is missing or damaged.

    Raises AssignmentError if it was written in another format.
    """
    try:
        saved = read_json(workspace.conditions, dict[str, Any])
    except OSError:
        return None
    if saved is None or not saved.keys() >= SharedSettings.__annotations__.keys():
        return None
    check_format(saved, workspace.conditions)
    try:
        return convert(saved, Conditions)
    except Malformed:
        return None
