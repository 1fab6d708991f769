from math import nan

import numpy as np
import pytest

from assignment.lab.judgement import HELPS, HURTS, INCOMPARABLE, TOO_FEW, UNSHOWN, judgements
from assignment.lab.plan import BASELINE
from assignment.lab.results import Result


def result(practice, seed, judge_fid=50.0, judge="0123", status="finished", not_well="", images="the real ones"):
    return Result(practice, seed, 20, status, judge_fid, 0.8, 0.5, 0.3, 330.0, not_well, judge, images)


def broken(practice, seed):
    without = result(practice, seed, nan, "", "failed", "not a number, epochs 3 to 3")
    return without._replace(precision=nan, recall=nan)


def lab(*differences, practice="ema"):
    """Results of a baseline of 50, 60, 70, ... and of one practice that differs by these."""
    baseline = [result(BASELINE, seed, 40 + 10 * seed) for seed in range(1, len(differences) + 1)]
    others = [result(practice, seed, 40 + 10 * seed + by) for seed, by in enumerate(differences, start=1)]
    return [*others, *baseline]


def judged(results, practice="ema"):
    (judgement,) = (one for one in judgements(results) if one.practice == practice)
    return judgement


def test_the_differences_are_of_pairs():
    differences = judged(lab(-4.0, -5.0, -6.0)).differences
    of_fid = differences["judge_fid"]
    assert of_fid.by_seed == {1: -4.0, 2: -5.0, 3: -6.0} and of_fid.mean == -5
    half = 4.303 * 1 / np.sqrt(3)  # Student's t of 2 degrees of freedom; the deviation is 1
    assert (of_fid.low, of_fid.high) == pytest.approx((-5 - half, -5 + half))
    assert differences["precision"].by_seed == {1: 0.0, 2: 0.0, 3: 0.0}


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([-4, -5, -6], HELPS),
        ([4, 5, 6], HURTS),
        ([-4, 5, -6], UNSHOWN),
        ([-4, -5], TOO_FEW),
        ([-4], TOO_FEW),
    ],
)
def test_the_verdict_follows_its_rule(differences, verdict):
    assert judged(lab(*map(float, differences))).verdict == verdict


def test_with_many_seeds_the_interval_is_never_too_narrow():
    differences = [-1.0, 1.0] * 20
    of_fid = judged(lab(*differences)).differences["judge_fid"]
    exact = 2.0227 * np.std(differences, ddof=1) / np.sqrt(40)  # Student's t of 39 degrees of freedom
    assert exact <= of_fid.high <= 1.02 * exact


@pytest.mark.parametrize("change", [{"judge": "4567"}, {"images": "drawn"}])
def test_what_another_judge_or_other_images_gave_is_never_compared(change):
    judgement = judged([result(BASELINE, 1), result("ema", 1, 40.0, **change)])
    assert judgement.verdict == INCOMPARABLE and judgement.differences["judge_fid"].by_seed == {}
    assert judgement.differences["judge_fid"].told(1) == "none"


def test_a_practice_that_was_not_tried_is_left_out():
    assert [one.practice for one in judgements(lab(1.0, 2.0))] == ["ema"]


def test_the_best_comes_first_and_what_has_no_figure_last():
    others = [broken("sgd", 1), *lab(2.0, practice="hinge"), result("replay", 1, 46.0)]
    assert [one.practice for one in judgements([*lab(1.0), *others])] == ["replay", "ema", "hinge", "sgd"]


def test_a_practice_that_breaks_down_where_the_baseline_does_not_hurts():
    results = [*lab(-1.0, -1.0, -1.0), *[broken("sgd", seed) for seed in (1, 2, 3)]]
    assert judged(results, "sgd").verdict == HURTS
    assert judged(results, "sgd").not_well == "not a number, epochs 3 to 3 (seeds 1, 2, 3)"
    results = [*lab(-4.0, -5.0, practice="sgd"), result(BASELINE, 3), broken("sgd", 3)]
    assert judged(results, "sgd").verdict == HURTS and judged(results, "sgd").seeds == "2 (1 broke down)"
    assert judged(lab(-4.0, -5.0)).seeds == "2"


def test_where_the_baseline_breaks_down_nothing_is_compared():
    assert judged([broken(BASELINE, 1), result("ema", 1)]).verdict == INCOMPARABLE
    assert judged([broken(BASELINE, 1), broken("ema", 1)]).verdict == INCOMPARABLE


def test_how_a_difference_is_told():
    assert judged(lab(-4.0, -5.0, -6.0)).differences["judge_fid"].told(1) == "-5.0 (-7.5 to -2.5)"
    assert judged(lab(-4.0, -6.0)).differences["judge_fid"].told(1) == "-5.0"  # no interval of two
    assert judged(lab(-4.0, -5.0, -6.0)).differences["judge_fid"].mean_told(1) == "-5.0"
    assert judged(lab(nan)).differences["judge_fid"].mean_told(1) == "none"
