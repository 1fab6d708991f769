"""What a lab reads from the files of a trial's run: its result, and the number of its epochs so far."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from pathlib import Path

import numpy as np

from assignment.errors import AssignmentError
from assignment.evaluation.health import DIVERGENCE
from assignment.evaluation.metrics_file import MetricsFile, read_metrics
from assignment.evaluation.verdicts import NO_COLLAPSE_QUESTION
from assignment.lab.curves import METRICS, CurvePoint
from assignment.lab.results import Result, is_consistent
from assignment.storage.files import FORMAT
from assignment.storage.reading import Text, read_json, read_table
from assignment.storage.workspace import Workspace


@dataclass(frozen=True)
class Episode:
    """A problem of a training in run.json, with its first and last epoch."""

    name: Text
    first: int
    last: int


@dataclass(frozen=True)
class Images:
    """The images in run.json."""

    caption: Text


@dataclass(frozen=True)
class RunRecord:
    """What a lab reads of a trial's run.json."""

    format: int
    status: str
    epochs_done: int
    problems: list[Episode]
    data: Images
    versions: dict[str, Text] = field(default_factory=dict)


def read_trial(practice: str, seed: int, run: Workspace) -> Result | None:
    """Return the result of a trial from the workspace of its run, or None if it neither finished nor diverged.

    A run that failed for another reason, such as a full disk, has no result; nor has one of another format, or one
    whose files are damaged.
    """
    try:
        record, metrics = read_json(run.record, RunRecord), read_metrics(run.metrics)
        epochs = list(_read_epochs(run.history))
    except (OSError, ValueError, AssignmentError):
        return None
    if record is None or record.format != FORMAT:
        return None
    if record.status == "failed" and any(problem.name == DIVERGENCE for problem in record.problems):
        metrics = None
    elif metrics is None:
        return None
    seconds_per_update, seconds = _measured_seconds(epochs)
    result = Result(
        practice=practice,
        seed=seed,
        epochs=record.epochs_done,
        status=record.status,
        judge_fid=_mean(metrics, "judge_fid"),
        precision=_mean(metrics, "precision"),
        recall=_mean(metrics, "recall"),
        diversity=_mean(metrics, "diversity"),
        seconds_an_update=seconds_per_update,
        seconds=seconds,
        problems="; ".join([*map(_describe_episode, record.problems), *_collapse_at_end(metrics)]),
        judge=metrics.judge.weights if metrics else "",
        images=record.data.caption,
        machine=_describe_machine(record.versions),
    )
    return result if is_consistent(result) else None


def read_points(practice: str, seed: int, run: Workspace) -> list[CurvePoint]:
    """Return the metrics of a trial at every grid from the workspace of its run; nothing if they are missing."""
    try:
        metrics = read_metrics(run.metrics)
    except (OSError, AssignmentError):
        return []
    rows = metrics.over_time if metrics else []
    values = [[row.get(name, nan) for name in ("epoch", *METRICS)] for row in rows]
    return [CurvePoint(practice, seed, *numbers) for numbers in values if np.isfinite(numbers).all()]


def count_epochs(history: Path) -> int:
    """Return the number of epochs in a run's history.csv; 0 if it is missing or damaged."""
    try:
        return len(list(_read_epochs(history)))
    except (OSError, ValueError, AssignmentError):
        return 0


def _describe_machine(versions: Mapping[str, str]) -> str:
    """Return the processor and the threads in the versions of a run.json; "" if they are not recorded."""
    if "processor" not in versions:
        return ""
    threads = versions.get("threads per operation", "")
    if not threads.isdigit():  # "automatic"
        threads = versions.get("usable processors", "?")
    return f"{versions['processor']}, {threads} thread{'' if threads == '1' else 's'}"


def _mean(metrics: MetricsFile | None, name: str) -> float:
    """Return the mean of a metric of the generated images; NaN if it was not measured."""
    return metrics.generated[name].mean if metrics and name in metrics.generated else np.nan


def _read_epochs(history: Path) -> Iterator[tuple[float, int]]:
    """Yield the seconds and the updates of each epoch in a history.csv; nothing if it is missing.

    Raises ValueError if the file is damaged.
    """
    try:
        lines = read_table(history)
    except FileNotFoundError:
        return
    try:
        for row in csv.DictReader(lines):
            seconds, updates = float(row["seconds"]), int(row["updates"])
            if updates < 1:
                raise ValueError("an epoch without updates")
            yield seconds, updates
    except (csv.Error, KeyError, TypeError) as error:  # the last: a row without these cells
        raise ValueError(f"{history} is not a history") from error


def _measured_seconds(epochs: Sequence[tuple[float, int]]) -> tuple[float, float]:
    """Return the seconds per update and of all epochs; NaN if there are none.

    Seconds per update are the median over the epochs, because the first epoch includes the tracing of the update.
    """
    if not epochs:
        return np.nan, np.nan
    per_update = float(np.median([seconds / updates for seconds, updates in epochs]))
    return per_update, sum(seconds for seconds, _ in epochs)


def _describe_episode(episode: Episode) -> str:
    return f"{episode.name}, epochs {episode.first} to {episode.last}"


def _collapse_at_end(metrics: MetricsFile | None) -> list[str]:
    """Return a collapse found by the evaluation at the end, which the few images of the grids may not show."""
    verdicts = metrics.verdicts if metrics else []
    collapsed = any(verdict.question == NO_COLLAPSE_QUESTION and verdict.answer == "no" for verdict in verdicts)
    return ["mode collapse, by the verdict at its end"] if collapsed else []
