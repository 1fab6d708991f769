"""Metrics of practices over the epochs next to those of the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from assignment.figures.style import (
    GENERATOR_COLOR,
    MUTED_COLOR,
    escape_text,
    in_own_style,
    new_figure,
    open_axes,
)

ROW_HEIGHT = 1.9  # inches
CURVES_KEY = "A line is the mean over the seeds, a band goes from the lowest to the highest seed."


class Curve(Protocol):
    """One metric over the epochs: the mean over the seeds, the lowest and the highest value."""

    @property
    def epochs(self) -> Sequence[float]: ...
    @property
    def mean(self) -> Sequence[float]: ...
    @property
    def lowest(self) -> Sequence[float]: ...
    @property
    def highest(self) -> Sequence[float]: ...


@in_own_style
def draw_metric_curves(
    rows: Mapping[str, Mapping[str, Curve]],
    baseline: Mapping[str, Curve],
    metrics: Mapping[str, str],
    title: str,
    caption: str,
) -> Figure:
    """Draw a row for each practice and a column for each metric; the baseline is gray in every panel.

    Judge FID has a log scale. `CURVES_KEY` says what the lines and bands are.
    rows: the curves by practice and metric. baseline: its curves by metric. metrics: their titles by name.
    """
    figure = new_figure(3.1 * len(metrics), 1.2 + ROW_HEIGHT * len(rows), title, caption)
    panels = figure.subplots(len(rows), len(metrics), sharex=True, sharey="col", squeeze=False)
    for row, (practice, curves) in zip(panels, rows.items()):
        for axes, name in zip(row, metrics):
            _draw(axes, baseline[name], MUTED_COLOR)
            _draw(axes, curves[name], GENERATOR_COLOR)
            if name == "judge_fid":
                axes.set_yscale("log")
                axes.yaxis.set_major_formatter("{x:g}")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            open_axes(axes)
        row[0].set_ylabel(escape_text(practice), fontweight="bold")
    for axes, metric_title in zip(panels[0], metrics.values()):
        axes.set_title(metric_title, fontsize=10)
    for axes in panels[-1]:
        axes.set_xlabel("epoch")
    return figure


def _draw(axes: Axes, curve: Curve, color: str) -> None:
    axes.fill_between(curve.epochs, curve.lowest, curve.highest, color=color, alpha=0.2, linewidth=0)
    axes.plot(curve.epochs, curve.mean, color=color, marker="o", markersize=3, linewidth=1.6)
