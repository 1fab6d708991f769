"""What practices change, beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from assignment.figures.style import DISCRIMINATOR, GENERATOR, INK, QUIET, new_figure

BETTER = {"judge_fid": "less", "precision": "more", "recall": "more", "seconds_an_update": "less"}
LINEAR = 10.0  # judge FID differences up to here are drawn to scale, larger ones by their logarithm


def draw_differences(judged: Sequence, figures: Mapping[str, tuple[str, int]], title: str, caption: str) -> Figure:
    """A row for each practice, a column for each of `figures` (name to its title and decimals).

    `judged` have `practice`, `verdict`, `broke_down` and `differences`, by figure: `by_seed` (a point each), `mean` (a
    stroke), `low` and `high` (a bar, where they are numbers). The dotted line at 0 is the baseline. The first is on
    top.
    """
    order = list(reversed(judged))  # heights grow upwards
    figure = new_figure(12, 2.2 + 0.34 * len(order), title, caption)
    columns = figure.subplots(1, len(figures), sharey=True, width_ratios=[2.2, *([1] * (len(figures) - 1))])
    for axes, (name, (called, _)) in zip(np.atleast_1d(columns), figures.items()):
        _draw(axes, [one.differences[name] for one in order])
        axes.xaxis.set_major_locator(MaxNLocator(3))  # four numbers of five letters touch each other
        if name == "judge_fid":
            _scale_distances(axes)
            called += f" (linear to ±{LINEAR:.0f}, then log)"
        axes.set_xlabel(f"{called}\n{BETTER[name]} is better")
    first = np.atleast_1d(columns)[0]
    first.set_yticks(range(len(order)), [_label(one) for one in order])
    first.set_ylim(-0.6, len(order) - 0.4)  # where only some have points, too
    return figure


def _label(judgement) -> str:
    broke_down = f"; {judgement.broke_down} broke down" if judgement.broke_down else ""
    return f"{judgement.practice} ({judgement.verdict}{broke_down})"


def _scale_distances(axes: Axes) -> None:
    """Judge FID's differences reach from a tenth to hundreds, on both sides of 0."""
    left, right = axes.dataLim.intervalx
    marks = [LINEAR * step * 10**power for power in range(4) for step in (1, 3)]
    axes.set_xscale("symlog", linthresh=LINEAR)
    axes.set_xticks([*(-one for one in reversed(marks)), -LINEAR / 2, 0, LINEAR / 2, *marks])
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.minorticks_off()
    axes.set_xlim(min(1.3 * left, -LINEAR), max(1.3 * right, LINEAR))  # no point on the edge


def _draw(axes: Axes, differences: Sequence) -> None:
    for height, difference in enumerate(differences):
        if not np.isnan(difference.low):
            axes.plot([difference.low, difference.high], [height, height], color=DISCRIMINATOR, linewidth=5, alpha=0.3)
        axes.plot(
            list(difference.by_seed.values()),
            [height] * len(difference.by_seed),
            "o",
            color=GENERATOR,
            markersize=4,
            alpha=0.8,
        )
        axes.plot([difference.mean], [height], "|", color=INK, markersize=11, markeredgewidth=2)
    axes.axvline(0, color=QUIET, linestyle=":", linewidth=1.2)
    axes.grid(alpha=0.25)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
