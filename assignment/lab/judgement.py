"""What the pairs of the same seed show: a practice's differences to the baseline, and a verdict by a stated rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from assignment.lab.plan import BASELINE
from assignment.lab.results import FIGURES, Result
from assignment.practices.catalogue import BY_NAME

FEWEST_SEEDS = 3  # of which an interval says something at all
# Student's t for a two-sided 95 % interval, by the degrees of freedom (any table); beyond them the last is taken, which
# is a little too wide.
STUDENT = (
    12.706,
    4.303,
    3.182,
    2.776,
    2.571,
    2.447,
    2.365,
    2.306,
    2.262,
    2.228,
    2.201,
    2.179,
    2.160,
    2.145,
    2.131,
    2.120,
    2.110,
    2.101,
    2.093,
    2.086,
    2.080,
    2.074,
    2.069,
    2.064,
    2.060,
    2.056,
    2.052,
    2.048,
    2.045,
    2.042,
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


class Difference(NamedTuple):
    """A practice's differences to the baseline in one figure: of each seed, their mean, and its 95 % interval.

    `low` and `high` are NaN with fewer than `FEWEST_SEEDS`: an interval of two seeds is some ten times as wide as they.
    """

    by_seed: dict[int, float]
    mean: float
    low: float
    high: float

    def told(self, decimals: int) -> str:
        """For people: `-12.3 (-20.1 to -4.5)`, or the mean alone of fewer than three seeds."""
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
    broke_down: int

    @property
    def seeds(self) -> str:
        """For people: `3`, or `2 (1 broke down)` of three."""
        compared = str(len(self.differences["judge_fid"].by_seed))
        return f"{compared} ({self.broke_down} broke down)" if self.broke_down else compared


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
    return (
        plain is not None
        and one.status == "finished"
        and ((one.epochs, one.judge, one.images) == (plain.epochs, plain.judge, plain.images))
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
