import pytest

from assignment.figures.quality import measures_over_time

FLOOR = {"judge_fid": 2.5, "precision": 0.9, "recall": 0.95, "diversity": 1.0, "agreement": 0.99}
MEASURED = {
    0: {"judge_fid": 900.0, "precision": 0.0, "recall": 0.0, "diversity": 0.1, "agreement": 0.1},
    5: {"judge_fid": 30.0, "precision": 0.7, "recall": 0.3, "diversity": 0.8, "agreement": 0.9},
    20: {"judge_fid": 9.0, "precision": 0.8, "recall": 0.6, "diversity": 0.9, "agreement": 0.95},
}


def values(line):
    return list(line.get_ydata())


@pytest.mark.parametrize("asked", [True, False])
def test_every_figure_over_the_epochs_with_its_floor(asked):
    measured = (
        MEASURED
        if asked
        else {
            epoch: {name: value for name, value in one.items() if name != "agreement"}
            for epoch, one in MEASURED.items()
        }
    )
    figure = measures_over_time(measured, FLOOR, "title", "ana, seed 1.")
    left, middle, right = figure.axes
    fid, floor = left.lines
    assert list(fid.get_xdata()) == [0, 5, 20] and values(fid) == [900.0, 30.0, 9.0]
    assert floor.get_ydata()[0] == 2.5 and floor.get_linestyle() == ":" and left.get_yscale() == "log"
    assert [values(line) for line in middle.lines[::2]] == [[0.0, 0.7, 0.8], [0.0, 0.3, 0.6]]
    assert [values(line) for line in right.lines[::2]] == [[0.1, 0.8, 0.9], *([[0.1, 0.9, 0.95]] if asked else [])]
    assert "not a published FID" in left.get_ylabel() and {axes.get_xlabel() for axes in figure.axes} == {"epoch"}
    assert figure.get_suptitle() == "title"
