import numpy as np
import pytest

from assignment.evaluation.scores import METRICS, METRICS_OVER_TIME, ScoreRange, Scores, evenly_spaced, summarize


def test_summary_has_the_mean_minimum_and_maximum_of_each_metric_and_omits_nan():
    draws = [Scores(value, 0, 0, 0, 0, np.nan, 0, 0, 0) for value in (1, 5, 3)]
    ranges = summarize(draws)
    assert (
        ranges["judge_fid"] == ScoreRange(3, 1, 5)
        and ranges["recall"] == ScoreRange(0, 0, 0)
        and "agreement" not in ranges
    )


def test_range_formats_as_mean_with_minimum_and_maximum():
    assert ScoreRange(3, 1.25, 5).format(1) == "3.0 (1.2 to 5.0)"


def test_every_metric_has_a_title():
    assert list(METRICS) == list(Scores._fields) and set(METRICS_OVER_TIME) <= set(METRICS)


@pytest.mark.parametrize(("count", "kept"), [(0, []), (3, [0, 1, 2]), (4, [0, 1, 2, 3]), (10, [0, 3, 6, 9])])
def test_evenly_spaced_items_include_the_first_and_the_last(count, kept):
    assert evenly_spaced(range(count), 4) == kept
