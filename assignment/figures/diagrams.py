"""A network drawn as a diagram, from its table of layers alone."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from assignment.figures.style import INK, QUIET, new_figure

PAGE = (8.27, 11.69)  # inches: A4 upright, one page
TALLEST_LEVEL = 1.0  # inches a level may take; a short network does not stretch over the page
HEAD = 1.15  # inches kept for the title, the totals and the caption
GAP = 0.3  # of a level's height, left for the arrow
LANE = 0.02  # of the page's width, for each arrow that passes levels by

# A layer's colour says what it does; a kind that is not listed stays white.
COLOURS = {
    "Input": "#e8eaed",
    "Dense": "#fde2c8",
    "Embedding": "#fde2c8",
    "Conv2D": "#cfe3f5",
    "Conv2DTranspose": "#cfe3f5",
    "BatchNormalization": "#e3ecd3",
    "SpectralNormalization": "#e3ecd3",
    "LeakyReLU": "#f6ecc4",
    "ReLU": "#f6ecc4",
    "Activation": "#f6ecc4",
    "Dropout": "#eadff0",
}


def draw_network(rows: Sequence, title: str, caption: str) -> Figure:
    """Draw a network top to bottom: every layer's kind, output size, neurons, settings and weights, and the totals.

    rows: a table of layers as `training.description.layer_table` makes it, each naming the layers before it in
    `inputs`, so that several inputs and branches that join are drawn as such. Source: the assignment sheet, steps 3
    and 5 ("the size of each layer (# of neurons) and number of weights in each layer").
    """
    levels = _levels(rows)
    height = min(TALLEST_LEVEL, (PAGE[1] - HEAD) / len(levels))
    figure = new_figure(PAGE[0], HEAD + height * len(levels), title, caption)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(len(levels) - 0.8 * GAP, -GAP / 2)
    axes.set_title(_totals(rows), fontsize=10, color=INK)

    places = {}  # the middle of each box and its level
    for depth, level in enumerate(levels):
        width = 1 / len(level)
        for position, row in enumerate(level):
            places[row.name] = ((position + 0.5) * width, depth)
            _draw_box(axes, row, left=position * width + 0.02, top=depth, width=width - 0.04)
    passing = 0
    for row in rows:
        for before in row.inputs:
            start, end = places[before], places[row.name]
            if end[1] - start[1] > 1:
                passing += 1
                _draw_arrow(axes, _around(start, end, lane=1 + passing * LANE))
            else:
                _draw_arrow(axes, [(start[0], start[1] + 1 - GAP), end])
    axes.set_xlim(0, 1 + passing * LANE + (LANE if passing else 0))  # the outermost line keeps clear of the edge
    return figure


def _levels(rows: Sequence) -> list[list]:
    """Rows by depth: a layer stands one level below the deepest of its inputs, an input just above its first reader."""
    depths = {}
    for row in rows:
        depths[row.name] = 1 + max((depths[before] for before in row.inputs), default=-1)
    for row in rows:
        if not row.inputs:
            readers = [depths[other.name] for other in rows if row.name in other.inputs]
            depths[row.name] = min(readers, default=1) - 1
    return [[row for row in rows if depths[row.name] == depth] for depth in range(max(depths.values()) + 1)]


def _draw_box(axes: Axes, row, left: float, top: float, width: float) -> None:
    height = 1 - GAP
    axes.add_patch(
        FancyBboxPatch(
            (left, top),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.012",
            mutation_aspect=8,
            facecolor=COLOURS.get(row.kind, "white"),
            edgecolor=QUIET,
            linewidth=0.8,
        )
    )
    upper, lower = top + 0.36 * height, top + 0.72 * height
    narrow = width < 0.6
    size = 6.5 if narrow else 9
    pad = 0.015

    def write(x: float, y: float, text: str, align: str, **look) -> None:
        axes.text(x, y, text, ha=align, va="center", clip_on=False, **{"fontsize": size, "color": INK, **look})

    write(left + pad, upper, row.kind, "left", fontweight="bold")
    write(left + pad, lower, row.name, "left", color=QUIET, fontsize=size - 1.5)
    middle = left + width * (0.5 if narrow else 0.53)
    write(middle, upper, _size(row), "center")
    write(middle, lower, _options(row), "center", color=QUIET, fontsize=size - 1)
    write(left + width - pad, upper, _weights(row), "right", fontweight="bold")
    write(left + width - pad, lower, _split(row), "right", color=QUIET, fontsize=size - 1.5)


def _around(start: tuple[float, float], end: tuple[float, float], lane: float) -> list[tuple[float, float]]:
    """The corners of an arrow that passes levels by: it keeps to the gaps between them and to a lane at their side."""
    below, above = start[1] + 1 - 0.6 * GAP, end[1] - 0.6 * GAP
    return [(start[0], start[1] + 1 - GAP), (start[0], below), (lane, below), (lane, above), (end[0], above), end]


def _draw_arrow(axes: Axes, corners: Sequence[tuple[float, float]]) -> None:
    axes.add_patch(
        FancyArrowPatch(
            path=Path(corners), arrowstyle="-|>", mutation_scale=9, edgecolor=QUIET, facecolor="none", linewidth=0.9
        )
    )


def _times(sizes: Sequence[int]) -> str:
    return "×".join(f"{size:,}" for size in sizes)


def _size(row) -> str:
    size = f"{_times(row.output_shape)} = " if len(row.output_shape) > 1 else ""
    unit = "value" if row.kind == "Input" else "neuron"
    return f"{size}{row.neurons:,} {unit}" + ("s" if row.neurons > 1 else "")


def _options(row) -> str:
    options = []
    if row.kernel:
        options.append(f"kernel {_times(row.kernel)}")
    if row.stride:
        options.append(f"stride {_times(row.stride)}")
    if row.padding:
        options.append(f"'{row.padding}' padding")
    if row.use_bias is not None:
        options.append("with bias" if row.use_bias else "no bias")
    if row.activation:
        options.append(row.activation)
    return ", ".join(options)


def _weights(row) -> str:
    total = row.trainable + row.non_trainable
    return f"{total:,} weights" if total else "no weights"


def _split(row) -> str:
    return f"{row.trainable:,} trainable, {row.non_trainable:,} not" if row.non_trainable else ""


def _totals(rows: Sequence) -> str:
    trainable = sum(row.trainable for row in rows)
    non_trainable = sum(row.non_trainable for row in rows)
    return f"{trainable + non_trainable:,} weights: {trainable:,} trainable, {non_trainable:,} not trainable"
