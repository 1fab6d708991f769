import pytest

from assignment.figures.quality import metric_curves

FLOOR = {"judge_fid": 2.5, "precision": 0.9, "recall": 0.95, "diversity": 1.0, "agreement": 0.99}
MEASURED = {
    0: {"judge_fid": 900.0, "precision": 0.0, "recall": 0.0, "diversity": 0.1, "agreement": 0.1},
    5: {"judge_fid": 30.0, "precision": 0.7, "recall": 0.3, "diversity": 0.8, "agreement": 0.9},
    20: {"judge_fid": 9.0, "precision": 0.8, "recall": 0.6, "diversity": 0.9, "agreement": 0.95},
}
WITHOUT_AGREEMENT = {
    epoch: {name: value for name, value in metrics.items() if name != "agreement"}
    for epoch, metrics in MEASURED.items()
}


def values(lines):
    return [list(line.get_ydata()) for line in lines]


@pytest.mark.parametrize(
    ("measured", "agreement"), [(MEASURED, [[0.1, 0.9, 0.95]]), (WITHOUT_AGREEMENT, [])], ids=["with", "without"]
)
def test_metrics_are_drawn_over_the_epochs_with_their_floor(measured, agreement):
    figure = metric_curves(measured, FLOOR, "title", "ana, seed 1.")
    left, middle, right = figure.axes
    fid, floor = left.lines
    assert list(fid.get_xdata()) == [0, 5, 20] and list(fid.get_ydata()) == [900.0, 30.0, 9.0]
    assert floor.get_ydata()[0] == 2.5 and floor.get_linestyle() == ":" and left.get_yscale() == "log"
    assert values(middle.lines[::2]) == [[0.0, 0.7, 0.8], [0.0, 0.3, 0.6]]
    assert values(right.lines[::2]) == [[0.1, 0.8, 0.9], *agreement]
    assert "not a published FID" in left.get_ylabel() and {axes.get_xlabel() for axes in figure.axes} == {"epoch"}
    assert figure.get_suptitle() == "title"
