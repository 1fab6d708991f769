"""Curves over the epochs of a run."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from assignment.figures.style import DISCRIMINATOR, GENERATOR, QUIET, new_figure


def loss_curves(
    epochs: Sequence[int],
    discriminator_losses: Sequence[float],
    generator_losses: Sequence[float],
    title: str,
    caption: str,
    measure: str = "binary cross-entropy",
    undecided: bool = True,
) -> Figure:
    """Both networks' losses over the epochs (in nats, means over an epoch); `measure` says in words what they are.

    The dotted line at ln 2 is where both stand when the discriminator cannot tell real from fake; it is left out where
    `undecided` is false, since the losses hold more than that.
    """
    figure = new_figure(9, 5, title, caption)
    axes = figure.subplots()
    marker = "o" if len(epochs) < 2 else None  # one point alone makes no line
    axes.plot(epochs, generator_losses, color=GENERATOR, label="generator", marker=marker)
    axes.plot(epochs, discriminator_losses, color=DISCRIMINATOR, label="discriminator", marker=marker)
    if undecided:
        axes.axhline(log(2), color=QUIET, linestyle=":", linewidth=1, label="ln 2: discriminator undecided")
    axes.set_xlabel("epoch")
    axes.set_ylabel(f"loss: {measure} (nats)")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
