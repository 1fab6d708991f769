"""Curves over the epochs of a run."""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from assignment.figures.style import DISCRIMINATOR, GENERATOR, INK, QUIET, new_figure

MEASURE = "binary cross-entropy"
LETTERS = 40  # of a line beside an axis; more are higher than the flattest figure


def loss_curves(
    epochs: Sequence[int],
    discriminator_losses: Sequence[float],
    generator_losses: Sequence[float],
    title: str,
    caption: str,
    measure: str = MEASURE,
    undecided: bool = True,
) -> Figure:
    """Both networks' losses over the epochs (in nats, means over an epoch); `measure` says in words what they are.

    The dotted line at ln 2 is where both stand when the discriminator cannot tell real from fake; it is left out where
    `undecided` is false, since the losses hold more than that.
    """
    figure = new_figure(9, 5, title, caption)
    _draw_losses(figure.subplots(), epochs, _both(discriminator_losses, generator_losses), measure, undecided)
    return figure


def losses_and_generator_alone(
    epochs: Sequence[int],
    discriminator_losses: Sequence[float],
    generator_losses: Sequence[float],
    title: str,
    caption: str,
    measure: str = MEASURE,
    undecided: bool = True,
) -> Figure:
    """`loss_curves`, and the generator's alone beside it, on 12x4.5 inches.

    Source: the lecture's notebook, section 6.
    """
    figure = new_figure(12, 4.5, title, caption)
    left, right = figure.subplots(1, 2)
    curves = _both(discriminator_losses, generator_losses)
    _draw_losses(left, epochs, curves, measure, undecided)
    _draw_losses(right, epochs, curves[:1], measure, undecided)
    left.set_title("both networks", fontsize=11, color=INK)
    right.set_title("the generator alone", fontsize=11, color=INK)
    return figure


def _both(discriminator_losses: Sequence[float], generator_losses: Sequence[float]) -> list[tuple]:
    return [("generator", GENERATOR, generator_losses), ("discriminator", DISCRIMINATOR, discriminator_losses)]


def _draw_losses(
    axes: Axes, epochs: Sequence[int], curves: Sequence[tuple], measure: str = MEASURE, undecided: bool = True
) -> None:
    marker = "o" if len(epochs) < 2 else None  # one point alone makes no line
    for name, color, losses in curves:
        axes.plot(epochs, losses, color=color, label=name, marker=marker)
    if undecided:
        axes.axhline(log(2), color=QUIET, linestyle=":", linewidth=1, label="ln 2: discriminator undecided")
    axes.set_xlabel("epoch")
    axes.set_ylabel(fill(f"loss: {measure} (nats)" if undecided else f"loss: {measure}", LETTERS))
    if min(min(losses) for _, _, losses in curves) >= 0:  # a critic's can be anything
        axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(epochs) < 2:
        axes.set_xticks(epochs)
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
