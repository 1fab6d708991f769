"""Grids of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from assignment.figures.style import TEXT_COLOR, escape_text, in_own_style, new_figure

PIXELS = 28  # height and width of an image
ROWS, COLUMNS = 4, 3  # the sheet, step 2
SIZE = (8, 8)  # inches; the sheet, step 2

# The table of `row_grid`.
TILE = 0.75  # inches for an image
GAP = 2  # pixels between two images
STEP = PIXELS + GAP  # pixels from an image to the next
CENTER = (PIXELS - 1) / 2  # pixels from an image's first pixel to its center
ROW_NAME_WIDTH = 1.3  # inches
TITLE_AND_CAPTION_HEIGHT = 0.85  # inches
MINIMUM_WIDTH = 5.5  # inches; the caption is still legible
LONGEST_UPRIGHT_NAME = 8  # letters; longer column names are slanted, so that neighbors do not overlap
SLANT = 40  # degrees


@in_own_style
def image_grid(
    images: np.ndarray,
    title: str,
    caption: str,
    rows: int = ROWS,
    columns: int = COLUMNS,
    size: tuple[float, float] = SIZE,
    names: Sequence[str] = (),
) -> Figure:
    """Draw images in a grid without ticks; by default 4x3 subplots on 8x8 inches (the sheet, steps 2, 4 and 7).

    images: float (rows * columns, 28, 28) or (rows * columns, 28, 28, 1) in [-1, 1]; -1 is black, 1 is white.
    size: of the figure, in inches.
    names: titles of the images.
    Raises ValueError for another number of images.
    """
    figure = new_figure(*size, title, caption, layout="compressed")
    for axes, image in zip(figure.subplots(rows, columns, squeeze=False).flat, images, strict=True):
        _show_image(axes, np.reshape(image, (PIXELS, PIXELS)))
        axes.set_xticks([])
        axes.set_yticks([])
    for axes, name in zip(figure.axes, names):
        axes.set_title(escape_text(name), fontsize=10, color=TEXT_COLOR)
    return figure


@in_own_style
def row_grid(
    images: np.ndarray,
    row_names: Sequence[str],
    title: str,
    caption: str,
    column_axis: str = "",
    column_names: Sequence[str] = (),
) -> Figure:
    """Draw a table of images with a name before each row.

    images: float (rows * columns, 28, 28) or (rows * columns, 28, 28, 1) in [-1, 1], row by row; -1 is black, 1 is
    white.
    column_axis: what changes from left to right; written below the table.
    column_names: written above the columns.
    Raises ValueError if the images do not fill the rows.
    """
    if not row_names or len(images) % len(row_names):
        raise ValueError(f"{len(images)} images do not fill {len(row_names)} rows")
    tiles = np.reshape(images, (len(row_names), -1, PIXELS, PIXELS))
    rows, columns = tiles.shape[:2]
    slanted = max(map(len, column_names), default=0) > LONGEST_UPRIGHT_NAME
    height = TILE * rows + (0.4 if column_axis else 0.1) + (0.2 if column_names else 0) + (0.5 if slanted else 0)
    width = max(TILE * columns + ROW_NAME_WIDTH, MINIMUM_WIDTH)
    figure = new_figure(width, height + TITLE_AND_CAPTION_HEIGHT, title, caption)
    axes = figure.subplots()
    _show_image(axes, _join_tiles(tiles))
    middles = [row * STEP + CENTER for row in range(rows)]
    axes.set_yticks(middles, list(map(escape_text, row_names)), fontsize=11, color=TEXT_COLOR)
    axes.tick_params(length=0, labelbottom=False, labeltop=True)
    centers = [column * STEP + CENTER for column in range(len(column_names))]
    slant: dict[str, Any] = {"rotation": SLANT, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
    axes.set_xticks(centers, list(map(escape_text, column_names)), fontsize=9, color=TEXT_COLOR, **slant)
    axes.set_xlabel(escape_text(column_axis))
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _show_image(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, cmap="gray", vmin=-1, vmax=1, interpolation="nearest")


def _join_tiles(tiles: np.ndarray) -> np.ma.MaskedArray:
    """Return one picture of (rows, columns, 28, 28) images; the gaps between them are masked."""
    rows, columns = tiles.shape[:2]
    picture: np.ma.MaskedArray = np.ma.masked_array(np.zeros((rows * STEP - GAP, columns * STEP - GAP)), mask=True)
    for row in range(rows):
        for column in range(columns):
            top, left = row * STEP, column * STEP
            picture[top : top + PIXELS, left : left + PIXELS] = tiles[row, column]
    return picture
