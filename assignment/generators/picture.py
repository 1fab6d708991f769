"""The picture of a generator's samples: a grid like the sheet's, or a table with a row for each label."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from assignment.data.dataset import IMAGE_SHAPE
from assignment.figures import style
from assignment.figures.grids import image_grid, row_grid
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.samples import Samples
from assignment.session.screen import plural

MAX_COLUMNS = 12  # images in a row of the picture
MAX_ROWS = 60  # of the picture, which then has 5,000 pixels; the arrays contain all images
GRID_SIZE = 36  # images without labels up to which the picture is a grid like the sheet's


def draw_picture(samples: Samples, firstname: str, seed: int) -> Figure:
    """Draw the samples: a grid like the sheet's for a few without labels, otherwise a table."""
    metadata = samples.metadata
    title = f"{plural(len(samples.images), 'sample')} of {_name_generator(metadata)}"
    caption = f"{style.signature(firstname, seed, metadata.practices)}. Learned from: {metadata.images}."
    if samples.labels == [None] and samples.count <= GRID_SIZE:
        return _draw_grid(samples.images, title, caption)
    return _draw_table(samples, title, caption)


def _draw_grid(images: np.ndarray, title: str, caption: str) -> Figure:
    """Draw images in a grid that is higher than wide, or square; the sheet's twelve in 4 rows of 3."""
    columns = math.isqrt(len(images))
    rows = -(-len(images) // columns)
    tiles = np.full((rows * columns, *IMAGE_SHAPE), np.nan, np.float32)
    tiles[: len(images)] = images
    figure = image_grid(tiles, title, caption, rows, columns)
    for axes in figure.axes[len(images) :]:
        axes.set_visible(False)
    return figure


def _draw_table(samples: Samples, title: str, caption: str) -> Figure:
    """Draw one row of images for each label, or several if one is too short; only the first of them is named.

    If that is more than `MAX_ROWS`, only the first images of each label are drawn.
    """
    label_count = len(samples.labels)
    columns = min(samples.count, MAX_COLUMNS)
    drawn = min(samples.count, columns * max(MAX_ROWS // label_count, 1))  # of each label
    rows = -(-drawn // columns)  # of each label
    tiles = np.full((label_count, rows * columns, 28, 28), np.nan, np.float32)  # NaN leaves a tile white
    tiles[:, :drawn] = samples.images.reshape(label_count, samples.count, 28, 28)[:, :drawn]
    row_names = [name if row == 0 else "" for name in samples.class_names for row in range(rows)]
    if drawn < samples.count:
        samples_of = "samples of each label" if samples.metadata.classes else "samples"
        title = f"The first {drawn} of {samples.count} {samples_of} by {_name_generator(samples.metadata)}"
    return row_grid(tiles.reshape(-1, 28, 28), row_names, title, caption)


def _name_generator(metadata: ModelMetadata) -> str:
    return f"{metadata.firstname}'s {metadata.track} generator"
