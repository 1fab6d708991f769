"""Draws a network with its layers, neurons and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from assignment.figures import diagrams
from assignment.training.description import layer_table

if TYPE_CHECKING:
    import keras


def draw_network(network: keras.Model, caption: str = "") -> Figure:
    """Draw a network as a diagram: each layer with its shape, its neurons and its weights."""
    return diagrams.draw_network(layer_table(network), network.name, caption)
