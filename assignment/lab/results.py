"""What the trials brought: a line for each in results.csv."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assignment.evaluation.health import NOT_A_NUMBER
from assignment.evaluation.verdicts import NO_COLLAPSE
from assignment.storage.files import replacing

FIGURES = {
    "judge_fid": ("judge FID", 1),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "seconds_an_update": ("seconds an update", 3),
}


class Result(NamedTuple):
    """One finished trial. `judge` is the hash of the judge that measured it; only what one judge measured is compared.

    `status` is "finished", or "failed" for a training that broke down, whose figures are NaN; `seconds` are those of
    its epochs, without its start, its measuring and its figures; `not_well` says how it was sick, while it trained or
    at its end, or nothing.
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
    not_well: str
    judge: str
    images: str

    @property
    def is_of_standin(self) -> bool:
        """Whether its images were drawn; a figure's caption is all that a table keeps of where they came from."""
        return "stand-in" in self.images


def read_trial(practice: str, seed: int, folder: Path) -> Result | None:
    """The result of the trial whose run stands in `folder`; None where it neither came to its end nor broke down.

    A run that failed for another reason, a full disk, say, has no result.
    """
    record, metrics = _read_json(folder / "run.json"), _read_json(folder / "metrics.json")
    if record is None:
        return None
    broke_down = record["status"] == "failed" and any(spell["name"] == NOT_A_NUMBER for spell in record["not_well"])
    finished = record["status"] == "finished" and metrics is not None and (folder / "history.csv").exists()
    if not broke_down and not finished:
        return None
    metrics = None if broke_down else metrics
    each, whole = _seconds(folder / "history.csv")
    generated = metrics["generated"] if metrics else {}
    judge = metrics["judge"] if metrics else {}
    return Result(
        practice,
        seed,
        record["epochs_done"],
        record["status"],
        *(generated.get(name, {}).get("mean", np.nan) for name in ("judge_fid", "precision", "recall")),
        each,
        whole,
        "; ".join([*map(_spell, record["not_well"]), *_collapse(metrics)]),
        judge.get("weights", ""),
        record["data"]["caption"],
    )


def write_results(path: Path, results: Iterable[Result]) -> None:
    """Write results.csv, which is also the lab's memory: what stands in it needs no folder any more."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(Result._fields)
        writer.writerows(sorted(results, key=lambda result: (result.seed, result.practice)))


def read_results(path: Path) -> list[Result]:
    """The results that `write_results` wrote; none where there are none. Raises ValueError for others, by line."""
    results: dict[tuple[str, int], Result] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:  # a spreadsheet may have put a mark before it
            table = csv.reader(lines)
            if tuple(next(table, ())) != Result._fields:
                raise ValueError("other columns")
            for cells in table:
                result = _result(cells)
                if results.setdefault((result.practice, result.seed), result) is not result:
                    raise ValueError("a second result of one trial")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not a lab's table of results: it is no text") from error
    except (csv.Error, ValueError) as error:
        raise ValueError(f"{path} is not a lab's table of results (line {max(table.line_num, 1)})") from error
    return list(results.values())


def _seconds(history: Path) -> tuple[float, float]:
    """Of an update, the median over the epochs, since the first traces it; and of all epochs together."""
    try:
        with history.open(newline="", encoding="utf-8") as lines:
            rows = [(float(row["seconds"]), int(row["updates"])) for row in csv.DictReader(lines)]
    except FileNotFoundError:
        return np.nan, np.nan
    return float(np.median([seconds / updates for seconds, updates in rows])), sum(seconds for seconds, _ in rows)


def _spell(spell: dict[str, Any]) -> str:
    return f"{spell['name']}, epochs {spell['first']} to {spell['last']}"


def _collapse(metrics: dict[str, Any] | None) -> list[str]:
    """What the end's verdict says where the grids, each a few images, gave no alarm."""
    verdicts = metrics["verdicts"] if metrics else []
    collapsed = any(verdict["question"] == NO_COLLAPSE and verdict["answer"] == "no" for verdict in verdicts)
    return ["mode collapse, by the verdict at its end"] if collapsed else []


def _result(cells: Sequence[str]) -> Result:
    line = dict(zip(Result._fields, cells, strict=True))
    result = Result(
        **{
            **line,
            "seed": int(line["seed"]),
            "epochs": int(line["epochs"]),
            **{name: float(line[name]) for name in (*FIGURES, "seconds")},
        }
    )
    measured = [result.judge_fid, result.precision, result.recall]
    timed = [result.seconds_an_update, result.seconds]
    if not (
        result.status == "finished"
        and np.isfinite([*measured, *timed]).all()
        or result.status == "failed"
        and np.isnan(measured).all()
    ):
        raise ValueError("figures that do not go with the status")
    return result


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
