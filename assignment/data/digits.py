"""Digits drawn from the fonts of matplotlib, for machines without a network and for tests. They are not MNIST.

Each digit has a random font, stroke weight, slant, rotation, scale and position. A glyph is stored as the distance of
each pixel from the outline, positive inside, so that a threshold gives a stroke of any weight.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from assignment.data.randomness import SIZE, RandomDraws
from assignment.errors import AssignmentError

SEED = 19_980_101  # arbitrary; another one draws other images
FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSansMono",
    "DejaVuSerif",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralItalic",
    "cmr10",
    "cmss10",
    "cmtt10",
    "cmb10",
)
CANVAS = 64  # pixels; a glyph is drawn on a square canvas of this size
GLYPH_HEIGHT = 40  # pixels on the canvas; the rest is room for a thicker stroke
MAX_DISTANCE = 8  # pixels; larger distances from the outline are never used
LAST_POSITION = np.float32(CANVAS - 1.001)  # just before the last pixel, so that it has a neighbor to interpolate with

# The distance of each pixel from the center of the image, (28, 28).
Y, X = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) + np.float32(0.5 - SIZE / 2)


def draw_digits(label: int, count: int, part: int = 0) -> np.ndarray:
    """Return `count` images of one digit, uint8 (count, 28, 28), light on black as in MNIST.

    Each `part` has other images. Raises AssignmentError if matplotlib was installed without its fonts.
    """
    random = RandomDraws([SEED, label, part], count)
    glyphs = _glyph_distances(label)  # (fonts, 64, 64)
    font = random.integers(len(glyphs))  # (count, 1, 1)
    height, width = random.uniform(15, 21), random.uniform(0.75, 1.15)
    slant, rotation = random.uniform(-0.15, 0.4), random.uniform(-0.15, 0.15)
    x = X - random.uniform(-2, 2)  # (count, 28, 28)
    y = Y - random.uniform(-2, 2)
    x, y = x * np.cos(rotation) + y * np.sin(rotation), y * np.cos(rotation) - x * np.sin(rotation)
    x = (x + slant * y) / width
    scale = GLYPH_HEIGHT / height  # canvas pixels per image pixel
    distance = _interpolate(glyphs, font, CANVAS / 2 + scale * y, CANVAS / 2 + scale * x) / scale
    coverage = np.clip(distance + random.uniform(-0.2, 0.9) + 0.5, 0, 1)  # the edge of the stroke is one pixel wide
    return (coverage * random.uniform(0.8, 1.0) * 255).round().astype(np.uint8)


def _interpolate(glyphs: np.ndarray, font: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the glyphs' values between pixels (bilinear); outside the canvas, those of its nearest pixel."""
    y, x = np.clip(y - 0.5, 0, LAST_POSITION), np.clip(x - 0.5, 0, LAST_POSITION)
    top, left = y.astype(int), x.astype(int)
    down, right = y - top, x - left
    upper = glyphs[font, top, left] * (1 - right) + glyphs[font, top, left + 1] * right
    lower = glyphs[font, top + 1, left] * (1 - right) + glyphs[font, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


@cache
def _glyph_distances(label: int) -> np.ndarray:
    """Return the digit in every font as distances in pixels from its outline, float32 (fonts, 64, 64)."""
    paths = [Path(matplotlib.get_data_path(), "fonts", "ttf", f"{name}.ttf") for name in FONTS]
    paths = [path for path in paths if path.is_file()]
    if not paths:
        raise AssignmentError("matplotlib has no fonts here, and digits are drawn from them; install it again.")
    return np.stack([_distances(_glyph(path, str(label))) for path in paths])


def _glyph(font_path: Path, text: str) -> np.ndarray:
    """Return `text` at the center of a canvas, bool (64, 64)."""
    trial_size = 2 * GLYPH_HEIGHT
    trial_font = ImageFont.truetype(str(font_path), trial_size)
    top, bottom = trial_font.getbbox(text)[1::2]
    font = ImageFont.truetype(str(font_path), round(trial_size * GLYPH_HEIGHT / (bottom - top)))
    canvas = Image.new("L", (CANVAS, CANVAS))
    left, top, right, bottom = font.getbbox(text)
    position = ((CANVAS - left - right) / 2, (CANVAS - top - bottom) / 2)
    ImageDraw.Draw(canvas).text(position, text, fill=255, font=font)
    return np.asarray(canvas) > 127


def _distances(inside: np.ndarray) -> np.ndarray:
    """Return each pixel's distance from the outline of a shape, positive inside, at most `MAX_DISTANCE` either way.

    inside: bool (64, 64). Returns float32 (64, 64).
    """
    offsets = np.arange(-MAX_DISTANCE, MAX_DISTANCE + 1)
    offset_lengths = np.hypot(*np.meshgrid(offsets, offsets))  # (17, 17)
    padded = np.pad(inside, MAX_DISTANCE)
    # windows[y, x] is the neighborhood of pixel (y, x), (64, 64, 17, 17)
    windows = np.lib.stride_tricks.sliding_window_view(padded, offset_lengths.shape)
    to_inside = np.where(windows, offset_lengths, MAX_DISTANCE).min(axis=(2, 3))
    to_outside = np.where(windows, MAX_DISTANCE, offset_lengths).min(axis=(2, 3))
    return np.where(inside, to_outside - 0.5, 0.5 - to_inside).astype(np.float32)
