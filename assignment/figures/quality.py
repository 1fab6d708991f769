"""What a judge measured over the epochs of a run."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from assignment.figures.style import DISCRIMINATOR, GENERATOR, INK, new_figure

FLOOR = "dotted: real images in their place"


def measures_over_time(
    measured: Mapping[int, Mapping[str, float]], floor: Mapping[str, float], title: str, caption: str
) -> Figure:
    """Judge FID; precision and recall; diversity, and agreement where it was measured: over the epochs.

    `measured` has the figures of every epoch at which there was a measurement, 0 for the untrained generator: judge FID
    is 0 or more, precision, recall and agreement are in 0..1, diversity is 1 for real images. `floor` is what real
    images get in place of generated ones, as dotted lines.
    """
    figure = new_figure(15, 4.5, title, caption)
    left, middle, right = figure.subplots(1, 3)
    _draw(left, measured, floor, "judge_fid", "judge FID", GENERATOR)
    left.set_yscale("log")
    left.yaxis.set_major_formatter(ScalarFormatter())
    left.set_ylabel("judge FID (log scale; not a published FID)")
    _draw(middle, measured, floor, "precision", "precision: fakes among the real ones", GENERATOR)
    _draw(middle, measured, floor, "recall", "recall: real ones among the fakes", DISCRIMINATOR)
    middle.set_ylabel("share of the images")
    _draw(right, measured, floor, "diversity", "diversity within a class, by the real one", GENERATOR)
    if "agreement" in floor and all("agreement" in one for one in measured.values()):
        _draw(right, measured, floor, "agreement", "share recognised as what it should be", DISCRIMINATOR)
    right.set_ylabel("share")
    for axes in (middle, right):
        axes.set_ylim(bottom=0)
    for axes in (left, middle, right):
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=9, title=FLOOR, title_fontsize=8)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    return figure


def _draw(
    axes: Axes,
    measured: Mapping[int, Mapping[str, float]],
    floor: Mapping[str, float],
    name: str,
    label: str,
    color: str,
) -> None:
    values = [one[name] for one in measured.values()]
    axes.plot(list(measured), values, color=color, label=label, marker="o", markersize=4)
    axes.axhline(floor[name], color=INK if name == "judge_fid" else color, linestyle=":", linewidth=1.2)
