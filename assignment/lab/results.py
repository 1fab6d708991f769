"""What the trials brought: a line for each in results.csv, and what practices change by the pairs of the same seed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assignment.lab.plan import BASELINE
from assignment.workspace import replacing

FIGURES = {
    "judge_fid": ("judge FID", 1), "precision": ("precision", 3), "recall": ("recall", 3),
    "seconds_an_update": ("seconds an update", 3),
}
FEWEST_SEEDS = 3  # of which an interval says something at all
# Student's t for a two-sided 95 % interval, by the degrees of freedom (any table; beyond it the normal 1.96).
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)
HELPS, HURTS, UNSHOWN, TOO_FEW = "helps", "hurts", "no difference shown", "not enough seeds"
RULE = (
    "A practice helps (hurts) where the 95 % interval of its paired differences in judge FID is wholly below (above) 0;"
    f" with fewer than {FEWEST_SEEDS} seeds nothing is said. One practice in twenty that changes nothing is called"
    " something by chance."
)


class Result(NamedTuple):
    """One finished trial. `judge` is the hash of the judge that measured it; only what one judge measured is compared.

    `status` is "finished", or "failed" for a training that broke down, whose figures are NaN; `not_well` says how it
    was sick, or nothing.
    """

    practice: str
    seed: int
    epochs: int
    status: str
    judge_fid: float
    precision: float
    recall: float
    seconds_an_update: float
    not_well: str
    judge: str
    images: str


class Difference(NamedTuple):
    """A practice's differences to the baseline in one figure: of each seed, their mean, and its 95 % interval."""

    by_seed: dict[int, float]
    mean: float
    low: float
    high: float

    def told(self, decimals: int) -> str:
        """For people: `-12.3 (-20.1 to -4.5)`, or the mean alone of one seed."""
        if np.isnan(self.mean):
            return "broke down"
        if np.isnan(self.low):
            return f"{self.mean:+.{decimals}f}"
        return f"{self.mean:+.{decimals}f} ({self.low:+.{decimals}f} to {self.high:+.{decimals}f})"


class Judgement(NamedTuple):
    """What a lab says of one practice: the differences by figure, the verdict on judge FID, how trials were sick."""

    practice: str
    differences: dict[str, Difference]
    verdict: str
    not_well: str


def read_trial(practice: str, seed: int, folder: Path) -> Result | None:
    """The result of the trial whose run stands in `folder`; None where it is not at its end."""
    record, metrics = _read_json(folder / "run.json"), _read_json(folder / "metrics.json")
    if record is None or record["status"] not in ("finished", "failed"):
        return None
    if record["status"] == "finished" and metrics is None:
        return None
    generated = metrics["generated"] if metrics else {}
    judge = metrics["judge"] if metrics else {}
    return Result(
        practice, seed, record["epochs_done"], record["status"],
        *(generated.get(name, {}).get("mean", np.nan) for name in ("judge_fid", "precision", "recall")),
        _seconds_an_update(folder / "history.csv"),
        "; ".join(f"{spell['name']}, epochs {spell['first']} to {spell['last']}" for spell in record["not_well"]),
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
    """The results that `write_results` wrote; none where there are none. Raises ValueError for another table."""
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            return [_result(line) for line in csv.DictReader(lines)]
    except FileNotFoundError:
        return []
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a lab's table of results") from error


def judgements(results: Sequence[Result], practices: Sequence[str]) -> list[Judgement]:
    """What the results show of each of the practices that were tried."""
    judged = []
    for practice in practices:
        pairs = _pairs(results, practice)
        if not pairs:
            continue
        differences = {
            name: _difference({one.seed: getattr(one, name) - getattr(plain, name) for one, plain in pairs})
            for name in FIGURES
        }
        sick = "; ".join(f"seed {one.seed}: {_how_sick(one)}" for one, _ in pairs if _how_sick(one))
        judged.append(Judgement(practice, differences, _verdict(differences["judge_fid"]), sick))
    return judged


def _pairs(results: Sequence[Result], practice: str) -> list[tuple[Result, Result]]:
    baselines = {(one.seed, one.epochs, one.judge): one for one in results if one.practice == BASELINE}
    by_seed = {one.seed: one for one in results if one.practice == BASELINE}
    return [
        (one, plain) for one in results if one.practice == practice
        and (plain := baselines.get((one.seed, one.epochs, one.judge)) or
             (by_seed.get(one.seed) if one.status == "failed" else None))
    ]


def _difference(by_seed: dict[int, float]) -> Difference:
    values = np.array(list(by_seed.values()))
    mean, count = float(values.mean()), len(values)
    if count < 2:
        return Difference(by_seed, mean, np.nan, np.nan)
    student = STUDENT[count - 2] if count - 2 < len(STUDENT) else 1.96
    half = student * float(values.std(ddof=1)) / np.sqrt(count)
    return Difference(by_seed, mean, mean - half, mean + half)


def _verdict(difference: Difference) -> str:
    if len(difference.by_seed) < FEWEST_SEEDS:
        return TOO_FEW
    if np.isnan(difference.mean):
        return HURTS  # a training that broke down drew nothing at all
    if difference.high < 0:
        return HELPS
    return HURTS if difference.low > 0 else UNSHOWN


def _how_sick(result: Result) -> str:
    return result.not_well or ("broke down" if result.status == "failed" else "")


def _seconds_an_update(history: Path) -> float:
    """The median over the epochs: the first, which traces the update, does not count for more than it is."""
    try:
        with history.open(newline="", encoding="utf-8") as lines:
            rows = [float(row["seconds"]) / int(row["updates"]) for row in csv.DictReader(lines)]
    except FileNotFoundError:
        rows = []
    return float(np.median(rows)) if rows else np.nan


def _result(line: dict[str, str]) -> Result:
    return Result(**{
        **line, "seed": int(line["seed"]), "epochs": int(line["epochs"]),
        **{name: float(line[name]) for name in FIGURES},
    })


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
