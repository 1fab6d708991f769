"""Digits drawn from the fonts that come with matplotlib: for machines without a network, and for tests. Never MNIST.

Every digit is a face of a font, made thicker or thinner, slanted, turned, scaled and moved by chance. Each glyph is
kept as the distance of its points from its outline, positive inside, so that a stroke of any weight is one threshold.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from assignment.data.randomness import SIZE, Chance
from assignment.errors import AssignmentError

SEED = 19_980_101  # arbitrary; it only has to stay the same
FACES = (
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
CANVAS = 64  # pixels of a glyph's own square
TALL = 40  # pixels of a glyph in it, the rest being room for a thicker stroke
NEAR = 8  # pixels; distances beyond are of no use
EDGE = np.float32(CANVAS - 1.001)  # the last place between two pixels of a canvas

Y, X = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) + np.float32(0.5 - SIZE / 2)  # from the image's middle, (28, 28)


def draw_digits(label: int, count: int, part: int = 0) -> np.ndarray:
    """`count` images of one digit, uint8 (count, 28, 28): light on black, as in MNIST.

    Raises AssignmentError where matplotlib was installed without its fonts.
    """
    random = Chance([SEED, label, part], count)
    glyphs = _glyphs(label)  # (faces, 64, 64)
    face = random.one_of(len(glyphs))  # (count, 1, 1)
    height, narrow = random.between(15, 21), random.between(0.75, 1.15)
    slant, turn = random.between(-0.15, 0.4), random.between(-0.15, 0.15)
    x = X - random.between(-2, 2)  # (count, 28, 28)
    y = Y - random.between(-2, 2)
    x, y = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    x = (x + slant * y) / narrow
    scale = TALL / height  # glyph pixels in an image pixel
    distance = _between_pixels(glyphs, face, CANVAS / 2 + scale * y, CANVAS / 2 + scale * x) / scale
    coverage = np.clip(distance + random.between(-0.2, 0.9) + 0.5, 0, 1)  # the stroke's edge is one pixel soft
    return (coverage * random.between(0.8, 1.0) * 255).round().astype(np.uint8)


def _between_pixels(glyphs: np.ndarray, face: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The glyphs' values at places between their pixels (bilinear); the nearest of the canvas beyond it."""
    y, x = np.clip(y - 0.5, 0, EDGE), np.clip(x - 0.5, 0, EDGE)
    top, left = y.astype(int), x.astype(int)
    down, right = y - top, x - left
    upper = glyphs[face, top, left] * (1 - right) + glyphs[face, top, left + 1] * right
    lower = glyphs[face, top + 1, left] * (1 - right) + glyphs[face, top + 1, left + 1] * right
    return upper * (1 - down) + lower * down


@cache
def _glyphs(label: int) -> np.ndarray:
    """The digit in every face, as distances in pixels from its outline, positive inside, float32 (faces, 64, 64)."""
    fonts = [Path(matplotlib.get_data_path(), "fonts", "ttf", f"{face}.ttf") for face in FACES]
    fonts = [font for font in fonts if font.is_file()]
    if not fonts:
        raise AssignmentError("matplotlib has none of its fonts here, and digits are drawn from them; install it anew.")
    return np.stack([_distances(_glyph(font, str(label))) for font in fonts])


def _glyph(font: Path, text: str) -> np.ndarray:
    """`text` in the middle of a canvas, bool (64, 64)."""
    em = ImageFont.truetype(str(font), 2 * TALL)
    top, bottom = em.getbbox(text)[1::2]
    face = ImageFont.truetype(str(font), round(2 * TALL * TALL / (bottom - top)))
    canvas = Image.new("L", (CANVAS, CANVAS))
    left, top, right, bottom = face.getbbox(text)
    place = ((CANVAS - left - right) / 2, (CANVAS - top - bottom) / 2)
    ImageDraw.Draw(canvas).text(place, text, fill=255, font=face)
    return np.asarray(canvas) > 127


def _distances(inside: np.ndarray) -> np.ndarray:
    """Each pixel's distance to the outline of the shape `inside`, positive in it, at most `NEAR` either way."""
    reach = np.arange(-NEAR, NEAR + 1)
    away = np.hypot(*np.meshgrid(reach, reach))  # (17, 17)
    wide = np.pad(inside, NEAR)
    # windows[y, x] is the neighbourhood of pixel (y, x), (64, 64, 17, 17)
    windows = np.lib.stride_tricks.sliding_window_view(wide, away.shape)
    to_inside = np.where(windows, away, NEAR).min(axis=(2, 3))
    to_outside = np.where(windows, NEAR, away).min(axis=(2, 3))
    return np.where(inside, to_outside - 0.5, 0.5 - to_inside).astype(np.float32)
