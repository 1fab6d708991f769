from math import nan

import pytest

from assignment.figures.differences import draw_differences
from assignment.lab.judgement import Difference, Judgement
from assignment.lab.results import COMPARED_METRICS


def make_judgement(practice, *by_seed, low=nan, high=nan, diverged=0):
    difference = Difference(dict(enumerate(by_seed, start=1)), sum(by_seed) / len(by_seed), low, high)
    return Judgement(practice, dict.fromkeys(COMPARED_METRICS, difference), "helps", "", diverged)


@pytest.fixture
def figure():
    judged = [
        make_judgement("ema", -5.0),
        make_judgement("sgd", 300.0, 500.0, low=100.0, high=700.0),
        make_judgement("hinge", nan, diverged=1),
    ]
    return draw_differences(judged, COMPARED_METRICS, "title", "caption")


def test_figure_has_a_column_for_each_metric_and_a_row_for_each_practice(figure):
    columns = figure.axes
    assert len(columns) == len(COMPARED_METRICS)
    labels = [label.get_text() for label in columns[0].get_yticklabels()]
    assert labels == ["hinge (helps; 1 diverged)", "sgd (helps)", "ema (helps)"]  # from the bottom
    for axes, (title, _) in zip(columns, COMPARED_METRICS.values()):
        assert title in axes.get_xlabel() and axes.get_xlabel().endswith("is better")


def test_seeds_are_points_and_intervals_are_bars(figure):
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in points] == [1, 2, 1]
    bars = [line for line in figure.axes[0].lines if line.get_linewidth() == 5]
    assert [list(bar.get_xdata()) for bar in bars] == [[100.0, 700.0]]


def test_large_distances_have_ticks_and_stay_clear_of_the_edge(figure):
    axes = figure.axes[0]
    left, right = axes.get_xlim()
    assert left <= -10 and right > 700
    assert {10, 30, 100, 300} <= set(axes.get_xticks())
