"""Grids over the training as an animated GIF."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from assignment.figures.style import choose_fonts, ignore_missing_glyphs, in_own_style
from assignment.storage.files import replacing

# The assignment's grid is 560 pixels square at this resolution: its caption is legible, and 30 frames take a megabyte.
DOTS_PER_INCH = 70
MAX_FRAMES = 30
FRAME_DURATION = 200  # milliseconds
LAST_FRAME_DURATION = 2500  # milliseconds; time to look at the result
GRAY_LEVELS = 16  # of a frame; enough for garments, and the file is a tenth smaller than with 32


def save_animation(
    path: Path,
    frames: Sequence[np.ndarray],
    titles: Sequence[str],
    caption: str,
    draw: Callable[[np.ndarray, str, str], Figure],
) -> None:
    """Write grids of images, each with its title, as a GIF that repeats; the file is replaced atomically.

    frames: one or more arrays of images, in order. Of more than 30, 30 evenly spaced ones are used, always with the
    first and the last.
    draw: draws one frame from (images, title, caption).
    """
    count = min(MAX_FRAMES, len(frames))
    chosen = np.unique(np.linspace(0, len(frames) - 1, count).round().astype(int))
    pictures = [_rasterize(draw(frames[index], titles[index], caption)) for index in chosen]
    durations = [FRAME_DURATION] * (len(pictures) - 1) + [LAST_FRAME_DURATION]
    with replacing(path) as temporary:
        pictures[0].save(
            temporary, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True
        )


@in_own_style
def _rasterize(figure: Figure) -> Image.Image:
    """Return the figure as a picture in shades of gray."""
    choose_fonts(figure)
    figure.set_dpi(DOTS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    with ignore_missing_glyphs():
        canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("L").quantize(GRAY_LEVELS)
