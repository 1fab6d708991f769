"""Grids of images."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from assignment.figures.style import new_figure


def image_grid(
    images: np.ndarray, title: str, caption: str, *, rows: int = 4, columns: int = 3, size: tuple[float, float] = (8, 8)
) -> Figure:
    """The first rows x columns images in a grid without ticks.

    images: float (n, 28, 28) or (n, 28, 28, 1) in [-1, 1], at least rows x columns of them; -1 is black, 1 is white.
    The defaults are the assignment sheet's, step 2: a figure of 8x8 inches with 4x3 subplots.
    """
    figure = new_figure(*size, title, caption, layout="compressed")
    for axes, image in zip(figure.subplots(rows, columns).flat, images, strict=False):
        axes.imshow(np.reshape(image, (28, 28)), cmap="gray", vmin=-1, vmax=1)
        axes.set_xticks([])
        axes.set_yticks([])
    return figure
