"""The differences that practices make to the baseline, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from assignment.figures.style import (
    DISCRIMINATOR_COLOR,
    GENERATOR_COLOR,
    MUTED_COLOR,
    TEXT_COLOR,
    escape_text,
    in_own_style,
    new_figure,
    open_axes,
)

BETTER = {
    "judge_fid": "lower",
    "precision": "higher",
    "recall": "higher",
    "diversity": "near 1",
    "seconds_an_update": "lower",
}
LINEAR_LIMIT = 10.0  # differences in judge FID up to this are drawn to scale, larger ones by their logarithm
EDGE_FACTOR = 1.3  # space between the outermost point and the edge of the axes


class Difference(Protocol):
    """A practice's differences to the baseline in one metric: by seed, their mean, and its interval (or NaN)."""

    @property
    def by_seed(self) -> Mapping[int, float]: ...
    @property
    def mean(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


class JudgedPractice(Protocol):
    """A practice with its verdict, the number of seeds on which it diverged, and its differences by metric."""

    @property
    def practice(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def diverged(self) -> int: ...
    @property
    def differences(self) -> Mapping[str, Difference]: ...


@in_own_style
def draw_differences(
    judged: Sequence[JudgedPractice], metrics: Mapping[str, tuple[str, int]], title: str, caption: str
) -> Figure:
    """Draw a row for each practice, from the top, and a column for each metric.

    A point is the difference with one seed, the stroke their mean, and the bar the mean's interval if there is one. The
    dotted line at 0 is the baseline.
    metrics: metric name to its title and decimals.
    """
    rows = list(reversed(judged))  # the first practice must be at the top, and heights grow upwards
    figure = new_figure(12, 2.2 + 0.34 * len(rows), title, caption)
    width_ratios = [2.2, *([1] * (len(metrics) - 1))]
    columns = np.atleast_1d(figure.subplots(1, len(metrics), sharey=True, width_ratios=width_ratios))
    for axes, (name, (metric_title, _)) in zip(columns, metrics.items()):
        _draw_column(axes, [row.differences[name] for row in rows])
        axes.xaxis.set_major_locator(MaxNLocator(3))  # with four intervals, labels of five characters would touch
        label = escape_text(metric_title)
        if name == "judge_fid":
            _use_symmetric_log_scale(axes)
            label += f" (linear to ±{LINEAR_LIMIT:.0f}, then log)"
        axes.set_xlabel(f"{label}\n{BETTER[name]} is better")
    columns[0].set_yticks(range(len(rows)), [escape_text(_format_label(row)) for row in rows])
    columns[0].set_ylim(-0.6, len(rows) - 0.4)  # show every row, even one without points
    return figure


def _format_label(judged: JudgedPractice) -> str:
    diverged = f"; {judged.diverged} diverged" if judged.diverged else ""
    return f"{judged.practice} ({judged.verdict}{diverged})"


def _use_symmetric_log_scale(axes: Axes) -> None:
    """Scale the axis for judge FID, whose differences range from a tenth to hundreds on both sides of 0."""
    left, right = axes.dataLim.intervalx
    ticks = [LINEAR_LIMIT * step * 10**power for power in range(4) for step in (1, 3)]
    axes.set_xscale("symlog", linthresh=LINEAR_LIMIT)
    axes.set_xticks([*(-tick for tick in reversed(ticks)), -LINEAR_LIMIT / 2, 0, LINEAR_LIMIT / 2, *ticks])
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.minorticks_off()
    axes.set_xlim(min(EDGE_FACTOR * left, -LINEAR_LIMIT), max(EDGE_FACTOR * right, LINEAR_LIMIT))


def _draw_column(axes: Axes, differences: Sequence[Difference]) -> None:
    for height, difference in enumerate(differences):
        seeds = list(difference.by_seed.values())
        if not np.isnan(difference.low):
            interval = [difference.low, difference.high]
            axes.plot(interval, [height, height], color=DISCRIMINATOR_COLOR, linewidth=5, alpha=0.3)
        axes.plot(seeds, [height] * len(seeds), "o", color=GENERATOR_COLOR, markersize=4, alpha=0.8)
        axes.plot([difference.mean], [height], "|", color=TEXT_COLOR, markersize=11, markeredgewidth=2)
    axes.axvline(0, color=MUTED_COLOR, linestyle=":", linewidth=1.2)
    open_axes(axes)
