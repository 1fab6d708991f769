from math import nan

import pytest

from assignment.figures.differences import draw_differences
from assignment.lab.judgement import Difference, Judgement
from assignment.lab.results import FIGURES


def judgement(practice, *by_seed, low=nan, high=nan):
    mean = sum(by_seed) / len(by_seed)
    difference = Difference(dict(enumerate(by_seed, start=1)), mean, low, high)
    broke_down = int(practice == "broken")
    return Judgement(practice, {name: difference for name in FIGURES}, "helps", "", broke_down)


@pytest.fixture
def figure():
    judged = [judgement("ema", -5.0), judgement("sgd", 300.0, 500.0, low=100.0, high=700.0), judgement("broken", nan)]
    return draw_differences(judged, FIGURES, "title", "caption")


def test_a_column_for_each_figure_and_a_row_for_each_practice(figure):
    columns = figure.axes
    assert len(columns) == len(FIGURES)
    names = [label.get_text() for label in columns[0].get_yticklabels()]
    assert names == ["broken (helps; 1 broke down)", "sgd (helps)", "ema (helps)"]  # from below
    for axes, (called, _) in zip(columns, FIGURES.values()):
        assert called in axes.get_xlabel()


def test_every_seed_is_a_point_and_an_interval_a_bar(figure):
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in points] == [1, 2, 1]
    bars = [line for line in figure.axes[0].lines if line.get_linewidth() == 5]
    assert [list(bar.get_xdata()) for bar in bars] == [[100.0, 700.0]]


def test_no_point_stands_on_the_edge_and_large_distances_have_marks(figure):
    axes = figure.axes[0]
    left, right = axes.get_xlim()
    assert left <= -10 and right > 700
    assert {10, 30, 100, 300} <= set(axes.get_xticks())
