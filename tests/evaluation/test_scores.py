import numpy as np
import pytest

from assignment.evaluation.scores import NAMES, OVER_TIME, Measures, Range, summarised, thinned


def test_a_figure_is_its_mean_and_the_least_and_the_most_of_its_draws():
    draws = [Measures(value, 0, 0, 0, 0, np.nan, 0, 0, 0) for value in (1, 5, 3)]
    figures = summarised(draws)
    assert figures["judge_fid"] == (3, 1, 5) and figures["recall"] == (0, 0, 0) and "agreement" not in figures
    assert Range(3, 1.25, 5).told(1) == "3.0 (1.2 to 5.0)"


def test_every_figure_has_its_name_for_people():
    assert list(NAMES) == list(Measures._fields) and set(OVER_TIME) <= set(NAMES)


@pytest.mark.parametrize(("count", "kept"), [(0, []), (3, [0, 1, 2]), (4, [0, 1, 2, 3]), (10, [0, 3, 6, 9])])
def test_many_rows_are_thinned_to_some_the_first_and_the_last_among_them(count, kept):
    assert thinned(range(count), 4) == kept
