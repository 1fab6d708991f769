"""What the trials brought: a line for each in results.csv, and what practices change by the pairs of the same seed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assignment.catalogue import BY_NAME
from assignment.evaluation.health import NOT_A_NUMBER
from assignment.evaluation.verdicts import NO_COLLAPSE
from assignment.files import replacing
from assignment.lab.plan import BASELINE

FIGURES = {
    "judge_fid": ("judge FID", 1), "precision": ("precision", 3), "recall": ("recall", 3),
    "seconds_an_update": ("seconds an update", 3),
}
FEWEST_SEEDS = 3  # of which an interval says something at all
# Student's t for a two-sided 95 % interval, by the degrees of freedom (any table); beyond them the last is taken, which
# is a little too wide.
STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)
HELPS, HURTS, UNSHOWN, TOO_FEW = "helps", "hurts", "no difference shown", "not enough seeds"
INCOMPARABLE = "nothing to compare with"
WHY_INCOMPARABLE = (
    "the baseline of its seeds broke down, or was not tried, or another judge measured it, or beside other images"
    " (results.csv has them); --fresh, or another --outputs-dir, measures all alike"
)
RULE = (
    "A practice helps (hurts) where the 95 % interval of its paired differences in judge FID is wholly below (above) 0,"
    f" and hurts where it broke down with a seed that the baseline bears; with fewer than {FEWEST_SEEDS} seeds nothing"
    " is said. One practice in twenty that changes nothing is called something by chance."
)


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


class Difference(NamedTuple):
    """A practice's differences to the baseline in one figure: of each seed, their mean, and its 95 % interval.

    `low` and `high` are NaN with fewer than `FEWEST_SEEDS`: an interval of two seeds is some ten times as wide as they.
    """

    by_seed: dict[int, float]
    mean: float
    low: float
    high: float

    def told(self, decimals: int) -> str:
        """For people: `-12.3 (-20.1 to -4.5)`, or the mean alone of one seed."""
        mean = self.mean_told(decimals)
        if np.isnan(self.low):
            return mean
        return f"{mean} ({self.low:+.{decimals}f} to {self.high:+.{decimals}f})"

    def mean_told(self, decimals: int) -> str:
        """The mean alone."""
        return "none" if np.isnan(self.mean) else f"{self.mean:+.{decimals}f}"


class Judgement(NamedTuple):
    """What a lab says of one practice: the differences by figure, the verdict on judge FID, how trials were sick.

    `broke_down` counts the seeds that have no figures since their training broke down where the baseline's did not.
    """

    practice: str
    differences: dict[str, Difference]
    verdict: str
    not_well: str
    broke_down: int = 0

    @property
    def seeds(self) -> str:
        """For people: `3`, or `2 (1 broke down)` of three."""
        compared = str(len(self.differences["judge_fid"].by_seed))
        return f"{compared} ({self.broke_down} broke down)" if self.broke_down else compared


def read_trial(practice: str, seed: int, folder: Path) -> Result | None:
    """The result of the trial whose run stands in `folder`; None where it neither came to its end nor broke down.

    A run that failed for another reason, a full disk, say, has no result.
    """
    record, metrics = _read_json(folder / "run.json"), _read_json(folder / "metrics.json")
    if record is None:
        return None
    broke_down = record["status"] == "failed" and any(spell["name"] == NOT_A_NUMBER for spell in record["not_well"])
    if not broke_down and (record["status"] != "finished" or metrics is None):
        return None
    metrics = None if broke_down else metrics
    each, whole = _seconds(folder / "history.csv")
    generated = metrics["generated"] if metrics else {}
    judge = metrics["judge"] if metrics else {}
    return Result(
        practice, seed, record["epochs_done"], record["status"],
        *(generated.get(name, {}).get("mean", np.nan) for name in ("judge_fid", "precision", "recall")),
        each, whole,
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


def judgements(results: Sequence[Result]) -> list[Judgement]:
    """What the results show of each practice that was tried, the best mean judge FID first, those without one last."""
    baseline = {one.seed: one for one in results if one.practice == BASELINE and one.status == "finished"}
    judged = []
    for practice in BY_NAME:
        tried = [one for one in results if one.practice == practice]
        if not tried:
            continue
        pairs = [(one, baseline[one.seed]) for one in tried if _are_comparable(one, baseline.get(one.seed))]
        differences = {
            name: _difference({one.seed: getattr(one, name) - getattr(plain, name) for one, plain in pairs})
            for name in FIGURES
        }
        broke_down = sum(one.status == "failed" and one.seed in baseline for one in tried)
        verdict = _verdict(differences["judge_fid"], broke_down)
        judged.append(Judgement(practice, differences, verdict, how_sick(tried), broke_down))
    return sorted(judged, key=lambda one: np.nan_to_num(one.differences["judge_fid"].mean, nan=np.inf))


def how_sick(results: Iterable[Result]) -> str:
    """How these trials were not well, with the seeds of which it is said; nothing where all were well."""
    seeds: dict[str, list[int]] = {}
    for result in results:
        if result.not_well:
            seeds.setdefault(result.not_well, []).append(result.seed)
    return "; ".join(
        f"{not_well} (seed{'s' if len(of) > 1 else ''} {', '.join(map(str, of))})" for not_well, of in seeds.items()
    )


def _are_comparable(one: Result, plain: Result | None) -> bool:
    """Whether both came to their end, and were measured by the same judge beside the same images."""
    return plain is not None and one.status == "finished" and (
        (one.epochs, one.judge, one.images) == (plain.epochs, plain.judge, plain.images)
    )


def _difference(by_seed: dict[int, float]) -> Difference:
    values = np.array(list(by_seed.values()))
    count = len(values)
    mean = float(values.mean()) if count else np.nan
    if count < FEWEST_SEEDS:
        return Difference(by_seed, mean, np.nan, np.nan)
    student = STUDENT[min(count - 2, len(STUDENT) - 1)]
    half = student * float(values.std(ddof=1)) / np.sqrt(count)
    return Difference(by_seed, mean, mean - half, mean + half)


def _verdict(difference: Difference, broke_down: int) -> str:
    if not difference.by_seed and not broke_down:
        return INCOMPARABLE
    if len(difference.by_seed) + broke_down < FEWEST_SEEDS:
        return TOO_FEW
    if broke_down:
        return HURTS
    if difference.high < 0:
        return HELPS
    return HURTS if difference.low > 0 else UNSHOWN


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
    result = Result(**{
        **line, "seed": int(line["seed"]), "epochs": int(line["epochs"]),
        **{name: float(line[name]) for name in (*FIGURES, "seconds")},
    })
    measured = [result.judge_fid, result.precision, result.recall]
    if not (result.status == "finished" and np.isfinite(measured).all()
            or result.status == "failed" and np.isnan(measured).all()):
        raise ValueError("figures that do not go with the status")
    return result


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
