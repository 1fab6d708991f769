"""The results of a lab's trials: read from their runs, kept in results.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assignment.evaluation.health import DIVERGENCE
from assignment.evaluation.verdicts import NO_COLLAPSE_QUESTION
from assignment.storage.files import FORMAT, read_json, replacing
from assignment.storage.workspace import Workspace

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


def read_trial(practice: str, seed: int, run: Workspace) -> Result | None:
    """Return the result of a trial from the workspace of its run, or None if it neither finished nor diverged.

    A run that failed for another reason, such as a full disk, has no result; nor has one of another format.
    """
    record, metrics = read_json(run.record), read_json(run.metrics)
    if record is None or record.get("format") != FORMAT:
        return None
    diverged = record["status"] == "failed" and any(problem["name"] == DIVERGENCE for problem in record["problems"])
    finished = record["status"] == "finished" and metrics is not None and run.history.exists()
    if not diverged and not finished:
        return None
    if diverged:
        metrics = None
    generated = metrics["generated"] if metrics else {}
    seconds_per_update, seconds = _measured_seconds(run.history)
    return Result(
        practice=practice,
        seed=seed,
        epochs=record["epochs_done"],
        status=record["status"],
        judge_fid=_mean(generated, "judge_fid"),
        precision=_mean(generated, "precision"),
        recall=_mean(generated, "recall"),
        seconds_an_update=seconds_per_update,
        seconds=seconds,
        problems="; ".join([*map(_describe_episode, record["problems"]), *_collapse_at_end(metrics)]),
        judge=metrics["judge"].get("weights", "") if metrics else "",
        images=record["data"]["caption"],
    )


def count_epochs(history: Path) -> int:
    """Return the number of epochs in a run's history.csv; 0 if it cannot be read."""
    try:
        with history.open(newline="", encoding="utf-8") as lines:
            return sum(1 for _ in csv.reader(lines)) - 1  # without the header
    except OSError:
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

    Raises ValueError, which names the file and the line, if it is not a table of results.
    """
    results: dict[tuple[str, int], Result] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:  # a spreadsheet may have added a byte order mark
            table = csv.reader(lines)
            if tuple(next(table, ())) != Result._fields:
                raise ValueError("other columns")
            for cells in table:
                result = _parse_row(cells)
                if results.setdefault((result.practice, result.seed), result) is not result:
                    raise ValueError("two results of one trial")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a lab's table of results: it is not a text file") from error
    except (csv.Error, ValueError) as error:
        raise ValueError(f"{path} is not a lab's table of results (line {max(table.line_num, 1)})") from error
    return list(results.values())


def _mean(generated: Mapping[str, Mapping[str, float]], name: str) -> float:
    """Return the mean of a metric of the generated images; NaN if it was not measured."""
    return generated.get(name, {}).get("mean", np.nan)


def _measured_seconds(history: Path) -> tuple[float, float]:
    """Return the seconds per update and of all epochs; NaN if there is no history.

    Seconds per update are the median over the epochs, because the first epoch includes the tracing of the update.
    """
    try:
        with history.open(newline="", encoding="utf-8") as lines:
            epochs = [(float(row["seconds"]), int(row["updates"])) for row in csv.DictReader(lines)]
    except FileNotFoundError:
        return np.nan, np.nan
    per_update = float(np.median([seconds / updates for seconds, updates in epochs]))
    return per_update, sum(seconds for seconds, _ in epochs)


def _describe_episode(episode: Mapping[str, Any]) -> str:
    return f"{episode['name']}, epochs {episode['first']} to {episode['last']}"


def _collapse_at_end(metrics: Mapping[str, Any] | None) -> list[str]:
    """Return a collapse found by the evaluation at the end, which the few images of the grids may not show."""
    verdicts = metrics["verdicts"] if metrics else []
    collapsed = any(verdict["question"] == NO_COLLAPSE_QUESTION and verdict["answer"] == "no" for verdict in verdicts)
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
    metrics = [result.judge_fid, result.precision, result.recall]
    times = [result.seconds_an_update, result.seconds]
    is_finished = result.status == "finished" and np.isfinite([*metrics, *times]).all()
    is_failed = result.status == "failed" and np.isnan(metrics).all()
    if not is_finished and not is_failed:
        raise ValueError("metrics that contradict the status")
    return result
