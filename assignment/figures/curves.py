"""Loss curves over the epochs of a training."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from textwrap import fill
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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

CROSS_ENTROPY = "binary cross-entropy"
LABEL_WIDTH = 40  # characters in a line of an axis label; longer lines do not fit the flattest figure


class Curve(NamedTuple):
    """One network's losses, with its name and color."""

    name: str
    color: str
    losses: Sequence[float]


@in_own_style
def loss_curves(
    epochs: Sequence[int],
    discriminator_losses: Sequence[float],
    generator_losses: Sequence[float],
    title: str,
    caption: str,
    loss_name: str = CROSS_ENTROPY,
    undecided_line: bool = True,
) -> Figure:
    """Draw both networks' losses over the epochs; each loss is the mean over an epoch, in nats.

    loss_name: the kind of loss, for the axis label.
    undecided_line: whether to draw a dotted line at ln 2, the value of both losses if the discriminator cannot
    distinguish real from fake images. False for other losses, which need not be in nats.
    """
    figure = new_figure(9, 5, title, caption)
    curves = _make_curves(discriminator_losses, generator_losses)
    _draw_losses(figure.subplots(), epochs, curves, loss_name, undecided_line)
    return figure


@in_own_style
def two_panel_loss_curves(
    epochs: Sequence[int],
    discriminator_losses: Sequence[float],
    generator_losses: Sequence[float],
    title: str,
    caption: str,
    loss_name: str = CROSS_ENTROPY,
    undecided_line: bool = True,
) -> Figure:
    """Draw `loss_curves` on the left and the generator's losses alone on the right, on 12x4.5 inches.

    Source: the lecture's notebook, section 6.
    """
    figure = new_figure(12, 4.5, title, caption)
    left, right = figure.subplots(1, 2)
    curves = _make_curves(discriminator_losses, generator_losses)
    _draw_losses(left, epochs, curves, loss_name, undecided_line)
    _draw_losses(right, epochs, curves[:1], loss_name, undecided_line)
    left.set_title("both networks", fontsize=11, color=TEXT_COLOR)
    right.set_title("generator only", fontsize=11, color=TEXT_COLOR)
    return figure


def _make_curves(discriminator_losses: Sequence[float], generator_losses: Sequence[float]) -> list[Curve]:
    return [
        Curve("generator", GENERATOR_COLOR, generator_losses),
        Curve("discriminator", DISCRIMINATOR_COLOR, discriminator_losses),
    ]


def _draw_losses(
    axes: Axes, epochs: Sequence[int], curves: Sequence[Curve], loss_name: str, undecided_line: bool
) -> None:
    marker = "o" if len(epochs) < 2 else None  # a single point is invisible without a marker
    for curve in curves:
        axes.plot(epochs, curve.losses, color=curve.color, label=curve.name, marker=marker)
    if undecided_line:
        axes.axhline(log(2), color=MUTED_COLOR, linestyle=":", linewidth=1, label="ln 2: discriminator undecided")
    axes.set_xlabel("epoch")
    axes.set_ylabel(fill(escape_text(f"loss: {loss_name}{' (nats)' if undecided_line else ''}"), LABEL_WIDTH))
    if min(min(curve.losses) for curve in curves) >= 0:  # a critic's losses may be negative
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(epochs) < 2:
        axes.set_xticks(epochs)
    open_axes(axes)
    axes.legend(frameon=False)
