import numpy as np

from assignment.evaluation.measures import NAMES, OVER_TIME, Measures, Range, summarised


def test_a_figure_is_its_mean_and_the_least_and_the_most_of_its_draws():
    draws = [Measures(value, 0, 0, 0, 0, np.nan, 0, 0, 0) for value in (1, 5, 3)]
    figures = summarised(draws)
    assert figures["judge_fid"] == (3, 1, 5) and figures["recall"] == (0, 0, 0) and "agreement" not in figures
    assert Range(3, 1.25, 5).told(1) == "3.0 (1.2 to 5.0)"


def test_every_figure_has_its_name_for_people():
    assert list(NAMES) == list(Measures._fields) and set(OVER_TIME) <= set(NAMES)
