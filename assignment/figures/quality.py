"""The judge's metrics over the epochs of a training."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from assignment.figures.style import (
    DISCRIMINATOR_COLOR,
    GENERATOR_COLOR,
    TEXT_COLOR,
    in_own_style,
    new_figure,
    open_axes,
)

FLOOR_LEGEND = "dotted: real images"


@in_own_style
def metric_curves(
    measured: Mapping[float, Mapping[str, float]], floor: Mapping[str, float], title: str, caption: str
) -> Figure:
    """Draw three panels over the epochs: judge FID; precision and recall; diversity and, if measured, agreement.

    measured: the metrics by epoch, 0 for the untrained generator. Judge FID is 0 or more; precision, recall and
    agreement are in 0..1; diversity is 1 for real images.
    floor: the metrics of real images in place of generated ones, drawn as dotted lines.
    """
    figure = new_figure(15, 4.5, title, caption)
    left, middle, right = figure.subplots(1, 3)
    _draw(left, measured, floor, "judge_fid", "judge FID: lower is better", GENERATOR_COLOR, floor_color=TEXT_COLOR)
    left.set_yscale("log")
    left.yaxis.set_major_formatter("{x:g}")
    left.set_ylabel("judge FID (log scale; not a published FID)")
    _draw(middle, measured, floor, "precision", "precision: generated images among real ones", GENERATOR_COLOR)
    _draw(middle, measured, floor, "recall", "recall: real images among generated ones", DISCRIMINATOR_COLOR)
    middle.set_ylabel("share of the images, higher is better")
    _draw(right, measured, floor, "diversity", "diversity within a class", GENERATOR_COLOR)
    if "agreement" in floor and all("agreement" in metrics for metrics in measured.values()):
        _draw(right, measured, floor, "agreement", "share recognized as the right class", DISCRIMINATOR_COLOR)
    right.set_ylabel("share, or ratio to real images")
    for axes in (middle, right):
        axes.set_ylim(bottom=-0.03)  # so that a line at 0 is not hidden by the axis
    for axes in (left, middle, right):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(framealpha=0.9, edgecolor="none", fontsize=9, title=FLOOR_LEGEND, title_fontsize=8)
        open_axes(axes)
    return figure


def _draw(
    axes: Axes,
    measured: Mapping[float, Mapping[str, float]],
    floor: Mapping[str, float],
    name: str,
    label: str,
    color: str,
    floor_color: str | None = None,
) -> None:
    """Draw one metric and its floor, which has the same color unless `floor_color` is given."""
    values = [metrics[name] for metrics in measured.values()]
    # The second of two metrics is thinner, so that both can be seen where they are equal.
    width, size = (1.2, 3.5) if color == DISCRIMINATOR_COLOR else (2.4, 6)
    axes.plot(list(measured), values, color=color, label=label, linewidth=width, marker="o", markersize=size)
    axes.axhline(floor[name], color=floor_color or color, linestyle=":", linewidth=1.2)
