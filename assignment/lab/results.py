"""The results of a lab's trials: read from their runs, kept in results.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment.errors import AssignmentError
from assignment.evaluation.health import DIVERGENCE
from assignment.evaluation.verdicts import NO_COLLAPSE_QUESTION
from assignment.storage.files import FORMAT, replacing
from assignment.storage.reading import Text, read_bytes, read_json
from assignment.storage.workspace import Workspace

MAX_TABLE_BYTES = 2**26  # of history.csv and results.csv; a million epochs take three times as much
# The metrics in which practices are compared: title and decimals by their column in results.csv.
COMPARED_METRICS = {
    "judge_fid": ("judge FID", 1),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "seconds_an_update": ("seconds per update", 3),
}


class Result(NamedTuple):
    """The result of one trial. The fields are the columns of results.csv.

    status: "finished", or "failed" if the training diverged; then the metrics are NaN.
    seconds_an_update: median over the epochs.
    seconds: of all epochs, without the start of the run, the evaluation and the figures.
    problems: during the training or at its end, in words; empty if there were none.
    judge: hash of the weights of the judge that measured the trial; results of different judges are not compared.
    images: the caption that says which images the trial was trained on.
    """

    practice: str
    seed: int
    epochs: int
    status: str
    judge_fid: float
    precision: float
    recall: float
    seconds_an_update: float
    seconds: float
    problems: str
    judge: str
    images: str

    @property
    def is_of_standin(self) -> bool:
        """Whether the images were drawn; results.csv keeps nothing but their caption."""
        return "stand-in" in self.images


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


@dataclass(frozen=True)
class Mean:
    """The mean of a metric in metrics.json."""

    mean: float


@dataclass(frozen=True)
class JudgeHash:
    """The judge in metrics.json."""

    weights: Text = ""


@dataclass(frozen=True)
class Answer:
    """A verdict in metrics.json."""

    question: str
    answer: str


@dataclass(frozen=True)
class MetricsRecord:
    """What a lab reads of a trial's metrics.json."""

    generated: dict[str, Mean]
    judge: JudgeHash
    verdicts: list[Answer]


def read_trial(practice: str, seed: int, run: Workspace) -> Result | None:
    """Return the result of a trial from the workspace of its run, or None if it neither finished nor diverged.

    A run that failed for another reason, such as a full disk, has no result; nor has one of another format, or one
    whose files are damaged.
    """
    try:
        record, metrics = read_json(run.record, RunRecord), read_json(run.metrics, MetricsRecord)
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
        seconds_an_update=seconds_per_update,
        seconds=seconds,
        problems="; ".join([*map(_describe_episode, record.problems), *_collapse_at_end(metrics)]),
        judge=metrics.judge.weights if metrics else "",
        images=record.data.caption,
    )
    return result if _is_consistent(result) else None


def count_epochs(history: Path) -> int:
    """Return the number of epochs in a run's history.csv; 0 if it is missing or damaged."""
    try:
        return len(list(_read_epochs(history)))
    except (OSError, ValueError, AssignmentError):
        return 0


def write_results(path: Path, results: Iterable[Result]) -> None:
    """Write results.csv. A result in it is kept even if the folder of its run is deleted."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(Result._fields)
        for result in sorted(results, key=lambda result: (result.seed, result.practice)):
            writer.writerow(result)


def read_results(path: Path) -> list[Result]:
    """Return the results that `write_results` wrote; none if there is no file.

    Raises ValueError, which names the file and the line, if it is not a table of results, and AssignmentError if it is
    not a regular file.
    """
    results: dict[tuple[str, int], Result] = {}
    try:
        table = csv.reader(io.StringIO(_read_text(path), newline=""))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise ValueError(f"{path} is not a lab's table of results: it is not a text file, or too long") from error
    try:
        if tuple(next(table, ())) != Result._fields:
            raise ValueError("other columns")
        for cells in table:
            result = _parse_row(cells)
            if results.setdefault((result.practice, result.seed), result) is not result:
                raise ValueError("two results of one trial")
    except (csv.Error, ValueError) as error:
        raise ValueError(f"{path} is not a lab's table of results (line {max(table.line_num, 1)})") from error
    return list(results.values())


def _read_text(path: Path) -> str:
    """Return a table's text, without the byte order mark that a spreadsheet may have added."""
    return read_bytes(path, MAX_TABLE_BYTES).decode("utf-8-sig")


def _mean(metrics: MetricsRecord | None, name: str) -> float:
    """Return the mean of a metric of the generated images; NaN if it was not measured."""
    return metrics.generated[name].mean if metrics and name in metrics.generated else np.nan


def _read_epochs(history: Path) -> Iterator[tuple[float, int]]:
    """Yield the seconds and the updates of each epoch in a history.csv; nothing if it is missing.

    Raises ValueError if the file is damaged.
    """
    try:
        text = _read_text(history)
    except FileNotFoundError:
        return
    try:
        for row in csv.DictReader(io.StringIO(text, newline="")):
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


def _collapse_at_end(metrics: MetricsRecord | None) -> list[str]:
    """Return a collapse found by the evaluation at the end, which the few images of the grids may not show."""
    verdicts = metrics.verdicts if metrics else []
    collapsed = any(verdict.question == NO_COLLAPSE_QUESTION and verdict.answer == "no" for verdict in verdicts)
    return ["mode collapse, by the verdict at its end"] if collapsed else []


def _parse_row(cells: Sequence[str]) -> Result:
    row = dict(zip(Result._fields, cells, strict=True))
    result = Result(
        practice=row["practice"],
        seed=int(row["seed"]),
        epochs=int(row["epochs"]),
        status=row["status"],
        judge_fid=float(row["judge_fid"]),
        precision=float(row["precision"]),
        recall=float(row["recall"]),
        seconds_an_update=float(row["seconds_an_update"]),
        seconds=float(row["seconds"]),
        problems=row["problems"],
        judge=row["judge"],
        images=row["images"],
    )
    if not _is_consistent(result):
        raise ValueError("metrics that contradict the status")
    return result


def _is_consistent(result: Result) -> bool:
    """Return whether a result is finished with all metrics, or failed with none."""
    metrics = [result.judge_fid, result.precision, result.recall]
    times = [result.seconds_an_update, result.seconds]
    is_finished = result.status == "finished" and np.isfinite([*metrics, *times]).all()
    is_failed = result.status == "failed" and np.isnan(metrics).all()
    return bool(is_finished or is_failed)
