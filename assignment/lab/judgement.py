"""Compare each practice with the baseline on the same seeds, and give a verdict by a fixed rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from assignment.lab.plan import BASELINE
from assignment.lab.results import COMPARED_METRICS, SECONDS, Result

MIN_SEEDS = 3  # the interval of two seeds is too wide to be of use
# Two-sided 95 % quantiles of Student's t distribution for 1, 2, 3, ... degrees of freedom (any statistics table). With
# more degrees of freedom the last one is used, which makes the interval slightly too wide.
# fmt: off
STUDENT_T_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)
# fmt: on
HELPS, HURTS, NO_DIFFERENCE, TOO_FEW_SEEDS = "helps", "hurts", "no difference shown", "not enough seeds"
NOT_COMPARABLE = "nothing to compare with"
WHY_NOT_COMPARABLE = (
    "the baseline with its seeds diverged, was not run, or was measured by another judge or against other images (see"
    " results.csv); --fresh or another --outputs-dir measures all of them alike"
)
RULE = (
    "A practice helps (hurts) if the 95 % interval of its paired differences in judge FID is entirely below (above) 0."
    " It also hurts if it diverged on a seed where the baseline did not. Fewer than"
    f" {MIN_SEEDS} seeds give no verdict. By chance, about one in twenty practices that change nothing is still said to"
    " help or hurt."
)


class Difference(NamedTuple):
    """The differences of a practice from the baseline in one metric: by seed, their mean and its 95 % interval.

    The mean is NaN without any seed; `low` and `high` are NaN with fewer than `MIN_SEEDS`.
    """

    by_seed: dict[int, float]
    mean: float
    low: float
    high: float

    def format(self, decimals: int) -> str:
        """Return the mean and the interval as text, `-12.3 (-20.1 to -4.5)`, or the mean alone if there is none."""
        mean = self.format_mean(decimals)
        if np.isnan(self.low):
            return mean
        return f"{mean} ({self.low:+.{decimals}f} to {self.high:+.{decimals}f})"

    def format_mean(self, decimals: int) -> str:
        """Return the mean as text, or "none"."""
        return "none" if np.isnan(self.mean) else f"{self.mean:+.{decimals}f}"


class Judgement(NamedTuple):
    """The result of a lab for one practice.

    differences: by metric (the keys of `COMPARED_METRICS`).
    verdict: by judge FID.
    problems: of its trials, in words.
    diverged: number of seeds on which the practice diverged and the baseline did not.
    """

    practice: str
    differences: dict[str, Difference]
    verdict: str
    problems: str
    diverged: int

    @property
    def seeds(self) -> str:
        """The number of compared seeds as text, `3`, or `2 (1 diverged)`."""
        compared = str(len(self.differences["judge_fid"].by_seed))
        return f"{compared} ({self.diverged} diverged)" if self.diverged else compared


def judge_practices(results: Sequence[Result]) -> list[Judgement]:
    """Return a judgement of every practice that has results: lowest mean judge FID first, those without one last."""
    finished_baseline = {
        result.seed: result for result in results if result.practice == BASELINE and result.status == "finished"
    }
    judgements = []
    for practice in sorted({result.practice for result in results} - {BASELINE}):
        of_practice = [result for result in results if result.practice == practice]
        judgements.append(_judge(practice, of_practice, finished_baseline))
    return sorted(judgements, key=lambda judgement: np.nan_to_num(judgement.differences["judge_fid"].mean, nan=np.inf))


def describe_problems(results: Iterable[Result]) -> str:
    """Return the problems of these trials in words, each with its seeds; an empty string if there are none."""
    seeds_by_problems: dict[str, list[int]] = {}
    for result in results:
        if result.problems:
            seeds_by_problems.setdefault(result.problems, []).append(result.seed)
    return "; ".join(
        f"{problems} (seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))})"
        for problems, seeds in seeds_by_problems.items()
    )


def describe_machines(results: Iterable[Result]) -> str:
    """Return a sentence about the types of machines on which the trials ran; "" if there is only one."""
    machines = sorted({result.machine or "unknown" for result in results})
    if len(machines) < 2:
        return ""
    return (
        "Seconds per update are compared only between trials on the same type of machine. The trials ran on:"
        f" {'; '.join(machines)}."
    )


def _judge(practice: str, results: Sequence[Result], baseline: dict[int, Result]) -> Judgement:
    """Judge one practice by its results and those of the finished baseline trials, by seed."""
    pairs = [
        (result, baseline[result.seed])
        for result in results
        if result.seed in baseline and _are_comparable(result, baseline[result.seed])
    ]
    differences = {name: _difference(_differences_by_seed(name, pairs)) for name in COMPARED_METRICS}
    diverged = sum(result.status == "failed" and result.seed in baseline for result in results)
    verdict = _verdict(differences["judge_fid"], diverged)
    return Judgement(practice, differences, verdict, describe_problems(results), diverged)


def _differences_by_seed(metric: str, pairs: Sequence[tuple[Result, Result]]) -> dict[int, float]:
    """Return the differences of the pairs in a metric; in seconds, of those that ran on one type of machine."""
    return {
        result.seed: getattr(result, metric) - getattr(plain, metric)
        for result, plain in pairs
        if metric != SECONDS or result.machine == plain.machine
    }


def _are_comparable(result: Result, baseline: Result) -> bool:
    """Return whether the trial finished, and the same judge measured both against the same images."""
    return (
        result.status == "finished"
        and result.epochs == baseline.epochs
        and result.judge == baseline.judge
        and result.images == baseline.images
    )


def _difference(by_seed: dict[int, float]) -> Difference:
    values = np.array(list(by_seed.values()))
    count = len(values)
    mean = float(values.mean()) if count else np.nan
    if count < MIN_SEEDS:
        return Difference(by_seed, mean, np.nan, np.nan)
    student_t = STUDENT_T_95[min(count - 2, len(STUDENT_T_95) - 1)]
    half_width = student_t * float(values.std(ddof=1)) / np.sqrt(count)
    return Difference(by_seed, mean, mean - half_width, mean + half_width)


def _verdict(difference: Difference, diverged: int) -> str:
    if not difference.by_seed and not diverged:
        return NOT_COMPARABLE
    if len(difference.by_seed) + diverged < MIN_SEEDS:
        return TOO_FEW_SEEDS
    if diverged:
        return HURTS
    if difference.high < 0:
        return HELPS
    return HURTS if difference.low > 0 else NO_DIFFERENCE
