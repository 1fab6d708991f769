from math import nan

import numpy as np
import pytest

from assignment.lab.judgement import (
    HELPS,
    HURTS,
    NO_DIFFERENCE,
    NOT_COMPARABLE,
    TOO_FEW_SEEDS,
    Difference,
    describe_machines,
    describe_problems,
    judge_practices,
)
from assignment.lab.plan import BASELINE


@pytest.fixture
def make_pairs(make_result):
    """A function that returns results of a baseline of 50, 60, 70, ... and of a practice with these differences."""

    def make(*differences, practice="ema"):
        seeds = range(1, len(differences) + 1)
        baseline = [make_result(BASELINE, seed, 40 + 10 * seed) for seed in seeds]
        others = [make_result(practice, seed, 40 + 10 * seed + by) for seed, by in zip(seeds, differences)]
        return [*others, *baseline]

    return make


def judge(results, practice="ema"):
    (judgement,) = (judgement for judgement in judge_practices(results) if judgement.practice == practice)
    return judgement


def test_differences_are_paired_by_seed(make_pairs):
    differences = judge(make_pairs(-4.0, -5.0, -6.0)).differences
    judge_fid = differences["judge_fid"]
    assert judge_fid.by_seed == {1: -4.0, 2: -5.0, 3: -6.0} and judge_fid.mean == -5
    half_width = 4.303 * 1 / np.sqrt(3)  # Student's t with 2 degrees of freedom; the standard deviation is 1
    assert (judge_fid.low, judge_fid.high) == pytest.approx((-5 - half_width, -5 + half_width))
    assert differences["precision"].by_seed == {1: 0.0, 2: 0.0, 3: 0.0}


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([-4, -5, -6], HELPS),
        ([4, 5, 6], HURTS),
        ([-4, 5, -6], NO_DIFFERENCE),
        ([-4, -5], TOO_FEW_SEEDS),
        ([-4], TOO_FEW_SEEDS),
    ],
)
def test_the_verdict_follows_the_rule(make_pairs, differences, verdict):
    assert judge(make_pairs(*map(float, differences))).verdict == verdict


def test_the_interval_of_many_seeds_is_never_too_narrow(make_pairs):
    differences = [-1.0, 1.0] * 20
    judge_fid = judge(make_pairs(*differences)).differences["judge_fid"]
    exact = 2.0227 * np.std(differences, ddof=1) / np.sqrt(40)  # Student's t with 39 degrees of freedom
    assert exact <= judge_fid.high <= 1.02 * exact


@pytest.mark.parametrize("change", [{"judge": "4567"}, {"images": "drawn"}, {"epochs": 10}])
def test_results_of_different_judges_images_or_lengths_are_not_compared(make_result, change):
    judgement = judge([make_result(BASELINE, 1), make_result("ema", 1, 40.0, **change)])
    assert judgement.verdict == NOT_COMPARABLE and judgement.differences["judge_fid"].by_seed == {}
    assert judgement.differences["judge_fid"].format(1) == "none"


def test_seconds_are_compared_only_on_one_type_of_machine(make_result):
    results = [make_result(BASELINE, 1, machine="fast"), make_result("ema", 1, 40.0, machine="slow")]
    differences = judge(results).differences
    assert differences["judge_fid"].by_seed == {1: -10.0} and differences["seconds_an_update"].by_seed == {}
    assert describe_machines(results).endswith("The trials ran on: fast; slow.")
    same = [result._replace(machine="fast") for result in results]
    assert judge(same).differences["seconds_an_update"].by_seed == {1: 0.0} and describe_machines(same) == ""


def test_a_practice_without_results_is_left_out(make_pairs):
    assert [judgement.practice for judgement in judge_practices(make_pairs(1.0, 2.0))] == ["ema"]


def test_the_best_practice_comes_first_and_practices_without_metrics_last(make_pairs, make_result, make_diverged):
    others = [make_diverged("sgd", 1), *make_pairs(2.0, practice="hinge"), make_result("replay", 1, 46.0)]
    judgements = judge_practices([*make_pairs(1.0), *others])
    assert [judgement.practice for judgement in judgements] == ["replay", "ema", "hinge", "sgd"]


def test_a_practice_that_diverges_where_the_baseline_does_not_hurts(make_pairs, make_result, make_diverged):
    all_diverged = judge([*make_pairs(-1.0, -1.0, -1.0), *[make_diverged("sgd", seed) for seed in (1, 2, 3)]], "sgd")
    assert all_diverged.verdict == HURTS and all_diverged.diverged == 3
    assert all_diverged.problems == f"{make_diverged('sgd', 1).problems} (seeds 1, 2, 3)"
    pairs = make_pairs(-4.0, -5.0, practice="sgd")
    one_diverged = judge([*pairs, make_result(BASELINE, 3), make_diverged("sgd", 3)], "sgd")
    assert one_diverged.verdict == HURTS and one_diverged.seeds == "2 (1 diverged)"
    assert judge(make_pairs(-4.0, -5.0)).seeds == "2"


def test_there_is_no_comparison_on_a_seed_on_which_the_baseline_diverges(make_result, make_diverged):
    assert judge([make_diverged(BASELINE, 1), make_result("ema", 1)]).verdict == NOT_COMPARABLE
    both_diverged = judge([make_diverged(BASELINE, 1), make_diverged("ema", 1)])
    assert both_diverged.verdict == NOT_COMPARABLE and both_diverged.diverged == 0


def test_a_difference_as_text(make_pairs):
    assert judge(make_pairs(-4.0, -5.0, -6.0)).differences["judge_fid"].format(1) == "-5.0 (-7.5 to -2.5)"
    assert judge(make_pairs(-4.0, -6.0)).differences["judge_fid"].format(1) == "-5.0"  # no interval of two seeds
    assert judge(make_pairs(-4.0, -5.0, -6.0)).differences["judge_fid"].format_mean(1) == "-5.0"
    assert Difference({1: nan}, nan, nan, nan).format_mean(1) == "none"


def test_problems_are_listed_with_their_seeds(make_result):
    collapsed = [make_result("sgd", seed, problems="mode collapse") for seed in (1, 3)]
    others = [make_result("sgd", 2), make_result("sgd", 4, problems="vanishing gradients")]
    assert describe_problems([*collapsed, *others]) == "mode collapse (seeds 1, 3); vanishing gradients (seed 4)"
    assert describe_problems(others[:1]) == ""
