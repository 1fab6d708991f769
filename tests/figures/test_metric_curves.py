import pytest

from assignment.figures.metric_curves import draw_metric_curves
from assignment.lab.curves import Curve

METRICS = {"judge_fid": "judge FID", "recall": "recall"}


def test_every_practice_has_a_row_next_to_the_baseline():
    practice = Curve([10.0, 20.0], [50.0, 5.0], [40.0, 4.0], [60.0, 6.0])
    baseline = Curve([10.0, 20.0], [90.0, 30.0], [80.0, 20.0], [100.0, 40.0])
    rows = {name: {metric: practice for metric in METRICS} for name in ("ema", "a$b")}
    figure = draw_metric_curves(rows, {metric: baseline for metric in METRICS}, METRICS, "title", "caption")
    assert len(figure.axes) == 4 and figure.axes[0].get_yscale() == "log" and figure.axes[1].get_yscale() == "linear"
    for axes in figure.axes:
        values = [line.get_ydata().tolist() for line in axes.lines]
        assert values == [[90.0, 30.0], [50.0, 5.0]]
        band = axes.collections[1].get_paths()[0].vertices
        assert band[:, 1].min() == pytest.approx(4.0) and band[:, 1].max() == pytest.approx(60.0)
    assert [axes.get_title() for axes in figure.axes[:2]] == ["judge FID", "recall"]
    assert figure.axes[0].get_ylabel() == "ema" and figure.axes[2].get_xlabel() == "epoch"
