"""Small pictures of generated images, for tables and pages: no axes, no titles."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

COLUMNS = 6
GAP = 2  # pixels between two images
GRAY = 128  # of the gaps


def thumbnail(images: np.ndarray) -> bytes:
    """Return images float (n, height, width, 1) in [-1, 1] side by side as a PNG; other values are clipped."""
    return _sheet(images, COLUMNS, GAP)


def tiles(images: np.ndarray, columns: int) -> bytes:
    """Return images float (n, height, width, 1) in [-1, 1] as a PNG, row by row and without gaps."""
    return _sheet(images, columns, gap=0)


def _sheet(images: np.ndarray, columns: int, gap: int) -> bytes:
    count, height, width = images.shape[:3]
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), GRAY, np.uint8)
    pixels = np.nan_to_num(np.clip(images[..., 0], -1, 1), nan=0.0)
    for number, image in enumerate(np.rint((pixels + 1) * 127.5).astype(np.uint8)):
        row, column = divmod(number, columns)
        top, left = row * (height + gap), column * (width + gap)
        sheet[top : top + height, left : left + width] = image
    content = io.BytesIO()
    Image.fromarray(sheet).save(content, "PNG", optimize=True)
    return content.getvalue()
