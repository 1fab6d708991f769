"""Grids of images."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from assignment.figures.style import new_figure


ROWS, COLUMNS = 4, 3  # the sheet, step 2
SIZE = (8, 8)  # inches; the sheet, step 2


def image_grid(images: np.ndarray, title: str, caption: str) -> Figure:
    """Twelve images in a grid without ticks: 4x3 subplots, 8x8 inches. Source: the assignment sheet, steps 2, 4 and 7.

    images: float (12, 28, 28) or (12, 28, 28, 1) in [-1, 1]; -1 is black, 1 is white. Raises ValueError for another
    number of them.
    """
    figure = new_figure(*SIZE, title, caption, layout="compressed")
    for axes, image in zip(figure.subplots(ROWS, COLUMNS).flat, images, strict=True):
        axes.imshow(np.reshape(image, (28, 28)), cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
        axes.set_xticks([])
        axes.set_yticks([])
    return figure
