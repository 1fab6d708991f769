"""The results of a lab's trials, and the table that keeps them: results.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment.storage.files import replacing
from assignment.storage.reading import read_table

SECONDS = "seconds_an_update"
# The metrics in which practices are compared: title and decimals by their column in results.csv.
COMPARED_METRICS = {
    "judge_fid": ("judge FID", 1),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "diversity": ("diversity", 3),
    SECONDS: ("seconds per update", 3),
}


class Result(NamedTuple):
    """The result of one trial. The fields are the columns of results.csv.

    status: "finished", or "failed" if the training diverged; then the metrics are NaN.
    seconds_an_update: median over the epochs.
    seconds: of all epochs, without the start of the run, the evaluation and the figures.
    problems: during the training or at its end, in words; empty if there were none.
    judge: hash of the weights of the judge that measured the trial; results of different judges are not compared.
    images: the caption that says which images the trial was trained on.
    machine: the type of the processor and the number of threads; "" in tables of earlier versions. Bits and seconds are
        comparable only between machines of one type.
    """

    practice: str
    seed: int
    epochs: int
    status: str
    judge_fid: float
    precision: float
    recall: float
    diversity: float
    seconds_an_update: float
    seconds: float
    problems: str
    judge: str
    images: str
    machine: str = ""

    @property
    def is_of_standin(self) -> bool:
        """Whether the images were drawn; results.csv keeps nothing but their caption."""
        return "stand-in" in self.images


EARLIER_COLUMNS = Result._fields[:-1]  # before the machine was recorded


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
        table = csv.reader(read_table(path))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise ValueError(f"{path} is not a lab's table of results: it is not a text file, or too long") from error
    try:
        if tuple(columns := next(table, ())) not in (Result._fields, EARLIER_COLUMNS):
            raise ValueError("other columns")
        for cells in table:
            result = _parse_row(dict(zip(columns, cells, strict=True)))
            if results.setdefault((result.practice, result.seed), result) is not result:
                raise ValueError("two results of one trial")
    except (csv.Error, ValueError) as error:
        raise ValueError(f"{path} is not a lab's table of results (line {max(table.line_num, 1)})") from error
    return list(results.values())


def _parse_row(row: Mapping[str, str]) -> Result:
    result = Result(
        practice=row["practice"],
        seed=int(row["seed"]),
        epochs=int(row["epochs"]),
        status=row["status"],
        judge_fid=float(row["judge_fid"]),
        precision=float(row["precision"]),
        recall=float(row["recall"]),
        diversity=float(row["diversity"]),
        seconds_an_update=float(row["seconds_an_update"]),
        seconds=float(row["seconds"]),
        problems=row["problems"],
        judge=row["judge"],
        images=row["images"],
        machine=row.get("machine", ""),
    )
    if not is_consistent(result):
        raise ValueError("metrics that contradict the status")
    return result


def is_consistent(result: Result) -> bool:
    """Return whether a result is finished with all metrics, or failed with none."""
    metrics = [result.judge_fid, result.precision, result.recall, result.diversity]
    times = [result.seconds_an_update, result.seconds]
    is_finished = result.status == "finished" and np.isfinite([*metrics, *times]).all()
    is_failed = result.status == "failed" and np.isnan(metrics).all()
    return bool(is_finished or is_failed)
