"""Diagrams of networks, drawn from their tables of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from assignment.figures.style import MUTED_COLOR, TEXT_COLOR, escape_text, in_own_style, new_figure

PAGE = (8.27, 11.69)  # inches; one A4 page, upright
MAX_LEVEL_HEIGHT = 1.0  # inches; a network with few layers does not stretch over the page
HEADER_HEIGHT = 1.15  # inches for the title, the totals and the caption
GAP = 0.3  # of a level's height; the space for an arrow
BOX_HEIGHT = 1 - GAP  # of a level's height
BOX_MARGIN = 0.02  # of the page's width, on each side of a box
LANE = 0.02  # of the page's width; for each arrow that skips levels
NARROW_BOX = 0.6  # of the page's width; narrower boxes have smaller text

# A layer's color shows its purpose; kinds that are not listed are white.
COLORS = {
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

Point = tuple[float, float]


class Layer(Protocol):
    """A row of the table of layers; `training.description.LayerRow` describes the fields."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def output_shape(self) -> tuple[int, ...]: ...
    @property
    def neurons(self) -> int: ...
    @property
    def kernel(self) -> tuple[int, ...] | None: ...
    @property
    def stride(self) -> tuple[int, ...] | None: ...
    @property
    def padding(self) -> str | None: ...
    @property
    def activation(self) -> str | None: ...
    @property
    def use_bias(self) -> bool | None: ...
    @property
    def trainable(self) -> int: ...
    @property
    def non_trainable(self) -> int: ...
    @property
    def inputs(self) -> tuple[str, ...]: ...


@in_own_style
def draw_network(layers: Sequence[Layer], title: str, caption: str) -> Figure:
    """Draw a network from top to bottom: each layer's kind, output size, neurons, settings and weights, and the totals.

    layers: the table from `training.description.layer_table`. Each layer names its `inputs`, the layers before it, so
    that several inputs and branches that join can be drawn.
    Source: the assignment sheet, steps 3 and 5 ("the size of each layer (# of neurons) and number of weights in each
    layer").
    """
    levels = _arrange_in_levels(layers)
    level_height = min(MAX_LEVEL_HEIGHT, (PAGE[1] - HEADER_HEIGHT) / len(levels))
    figure = new_figure(PAGE[0], HEADER_HEIGHT + level_height * len(levels), title, caption)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_ylim(len(levels) - 0.8 * GAP, -GAP / 2)
    axes.set_title(_format_totals(layers), fontsize=10, color=TEXT_COLOR)

    box_tops: dict[str, Point] = {}  # by layer: the middle of its box's upper edge
    for depth, level in enumerate(levels):
        width = 1 / len(level)
        for position, layer in enumerate(level):
            box_tops[layer.name] = ((position + 0.5) * width, depth)
            _draw_box(axes, layer, left=position * width + BOX_MARGIN, top=depth, width=width - 2 * BOX_MARGIN)
    lanes = 0
    for layer in layers:
        for before in layer.inputs:
            start, end = box_tops[before], box_tops[layer.name]
            if end[1] - start[1] > 1:
                lanes += 1
                _draw_arrow(axes, _route_around(start, end, lane=1 + lanes * LANE))
            else:
                _draw_arrow(axes, [(start[0], start[1] + BOX_HEIGHT), end])
    axes.set_xlim(0, 1 + lanes * LANE + (LANE if lanes else 0))  # the outermost lane keeps clear of the edge
    return figure


def _arrange_in_levels(layers: Sequence[Layer]) -> list[list[Layer]]:
    """Return the layers by level.

    A layer is one level below its deepest input; an input is just above the first layer that uses it.
    """
    depths: dict[str, int] = {}
    for layer in layers:
        depths[layer.name] = 1 + max((depths[before] for before in layer.inputs), default=-1)
    for layer in layers:
        if not layer.inputs:
            users = [depths[other.name] for other in layers if layer.name in other.inputs]
            depths[layer.name] = min(users, default=1) - 1
    return [[layer for layer in layers if depths[layer.name] == depth] for depth in range(max(depths.values()) + 1)]


def _draw_box(axes: Axes, layer: Layer, left: float, top: float, width: float) -> None:
    """Draw a layer's box with two lines of text, each with a left, a middle and a right part."""
    axes.add_patch(
        FancyBboxPatch(
            (left, top),
            width,
            BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.012",
            mutation_aspect=8,
            facecolor=COLORS.get(layer.kind, "white"),
            edgecolor=MUTED_COLOR,
            linewidth=0.8,
        )
    )
    upper, lower = top + 0.36 * BOX_HEIGHT, top + 0.72 * BOX_HEIGHT
    is_narrow = width < NARROW_BOX
    font_size = 6.5 if is_narrow else 9.0
    padding = 0.015
    left_edge, right_edge = left + padding, left + width - padding
    middle = left + width * (0.5 if is_narrow else 0.53)

    def write(x: float, y: float, text: str, alignment: str, **options: Any) -> None:
        options = {"fontsize": font_size, "color": TEXT_COLOR, **options}
        axes.text(x, y, escape_text(text), ha=alignment, va="center", clip_on=False, **options)

    write(left_edge, upper, layer.kind, "left", fontweight="bold")
    write(left_edge, lower, layer.name, "left", color=MUTED_COLOR, fontsize=font_size - 1.5)
    write(middle, upper, _format_size(layer), "center")
    write(middle, lower, _format_settings(layer), "center", color=MUTED_COLOR, fontsize=font_size - 1)
    write(right_edge, upper, _format_weights(layer), "right", fontweight="bold")
    write(right_edge, lower, _format_weight_split(layer), "right", color=MUTED_COLOR, fontsize=font_size - 1.5)


def _route_around(start: Point, end: Point, lane: float) -> list[Point]:
    """Return the corners of an arrow that skips levels.

    The arrow stays in the gaps between the levels and in a lane beside them.
    """
    below_start, above_end = start[1] + 1 - 0.6 * GAP, end[1] - 0.6 * GAP
    return [
        (start[0], start[1] + BOX_HEIGHT),
        (start[0], below_start),
        (lane, below_start),
        (lane, above_end),
        (end[0], above_end),
        end,
    ]


def _draw_arrow(axes: Axes, corners: Sequence[Point]) -> None:
    axes.add_patch(
        FancyArrowPatch(
            path=Path(corners),
            arrowstyle="-|>",
            mutation_scale=9,
            edgecolor=MUTED_COLOR,
            facecolor="none",
            linewidth=0.9,
        )
    )


def _format_product(sizes: Sequence[int]) -> str:
    return "×".join(f"{size:,}" for size in sizes)


def _format_size(layer: Layer) -> str:
    shape = f"{_format_product(layer.output_shape)} = " if len(layer.output_shape) > 1 else ""
    unit = "value" if layer.kind == "Input" else "neuron"
    plural = "s" if layer.neurons > 1 else ""
    return f"{shape}{layer.neurons:,} {unit}{plural}"


def _format_settings(layer: Layer) -> str:
    settings = []
    if layer.kernel:
        settings.append(f"kernel {_format_product(layer.kernel)}")
    if layer.stride:
        settings.append(f"stride {_format_product(layer.stride)}")
    if layer.padding:
        settings.append(f"'{layer.padding}' padding")
    if layer.use_bias is not None:
        settings.append("with bias" if layer.use_bias else "no bias")
    if layer.activation:
        settings.append(layer.activation)
    return ", ".join(settings)


def _format_weights(layer: Layer) -> str:
    total = layer.trainable + layer.non_trainable
    return f"{total:,} weights" if total else "no weights"


def _format_weight_split(layer: Layer) -> str:
    if not layer.non_trainable:
        return ""
    return f"{layer.trainable:,} trainable, {layer.non_trainable:,} not"


def _format_totals(layers: Sequence[Layer]) -> str:
    trainable = sum(layer.trainable for layer in layers)
    non_trainable = sum(layer.non_trainable for layer in layers)
    return f"{trainable + non_trainable:,} weights: {trainable:,} trainable, {non_trainable:,} not trainable"
