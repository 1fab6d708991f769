"""Grids of images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from assignment.figures.style import INK, new_figure

ROWS, COLUMNS = 4, 3  # the sheet, step 2
SIZE = (8, 8)  # inches; the sheet, step 2
TILE = 0.75  # inches, of an image in a table of rows
GAP = 2  # pixels between two images of a table
ROW_NAME = 1.3  # inches kept for the names of the rows
LONGEST_UPRIGHT = 8  # letters of a name above a column; longer ones are slanted, so that neighbours do not meet
NARROWEST = 5.5  # inches; a caption can still be read on it


def image_grid(
    images: np.ndarray,
    title: str,
    caption: str,
    rows: int = ROWS,
    columns: int = COLUMNS,
    size: tuple[float, float] = SIZE,
    names: Sequence[str] = (),
) -> Figure:
    """Images in a grid without ticks; by default 4x3 subplots on 8x8 inches (the assignment sheet, steps 2, 4 and 7).

    images: float (rows * columns, 28, 28) or (rows * columns, 28, 28, 1) in [-1, 1]; -1 is black, 1 is white. `size`
    is the figure's in inches, and `names` stand above the images. Raises ValueError for another number of images.
    """
    figure = new_figure(*size, title, caption, layout="compressed")
    for axes, image in zip(figure.subplots(rows, columns).flat, images, strict=True):
        axes.imshow(np.reshape(image, (28, 28)), cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
        axes.set_xticks([])
        axes.set_yticks([])
    for axes, name in zip(figure.axes, names):
        axes.set_title(name, fontsize=10, color=INK)
    return figure


def row_grid(
    images: np.ndarray,
    row_names: Sequence[str],
    title: str,
    caption: str,
    columns: str = "",
    column_names: Sequence[str] = (),
) -> Figure:
    """A table of images with a name before every row; `columns` says in words what goes from left to right, and
    `column_names` stand above the columns.

    images: float (rows * columns, 28, 28) or (rows * columns, 28, 28, 1) in [-1, 1], row by row; -1 is black, 1 is
    white. Raises ValueError when they do not fill the rows.
    """
    if not len(row_names) or len(images) % len(row_names):
        raise ValueError(f"{len(images)} images do not fill {len(row_names)} rows")
    tiles = np.reshape(images, (len(row_names), -1, 28, 28))
    rows, in_a_row = tiles.shape[:2]
    slant = 40 if max(map(len, column_names), default=0) > LONGEST_UPRIGHT else 0  # degrees
    height = TILE * rows + (0.4 if columns else 0.1) + (0.2 if column_names else 0) + (0.5 if slant else 0)
    width = max(TILE * in_a_row + ROW_NAME, NARROWEST)
    figure = new_figure(width, height + 0.85, title, caption)  # 0.85: title and caption
    axes = figure.subplots()
    axes.imshow(_table(tiles), cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    axes.set_yticks([row * (28 + GAP) + 13.5 for row in range(rows)], row_names, fontsize=11, color=INK)
    places = [column * (28 + GAP) + 13.5 for column in range(len(column_names))]
    turned = {"rotation": slant, "ha": "left", "rotation_mode": "anchor"} if slant else {}
    axes.tick_params(length=0, labelbottom=False, labeltop=True)
    axes.set_xticks(places, column_names, fontsize=9, color=INK, **turned)
    axes.set_xlabel(columns)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _table(tiles: np.ndarray) -> np.ma.MaskedArray:
    """One picture of (rows, columns, 28, 28) images, the gaps between them masked."""
    rows, columns = tiles.shape[:2]
    step = 28 + GAP
    table = np.ma.masked_array(np.zeros((rows * step - GAP, columns * step - GAP)), mask=True)
    for row in range(rows):
        for column in range(columns):
            table[row * step : row * step + 28, column * step : column * step + 28] = tiles[row, column]
    return table
