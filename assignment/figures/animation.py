"""Grids over time as an animated picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from assignment.figures.style import drawing
from assignment.storage.files import replacing

DOTS_PER_INCH = 70  # the assignment's grid is 560 pixels square: its caption can be read, thirty frames are a megabyte
MOST_FRAMES = 30
FRAME = 200  # milliseconds
LAST_FRAME = 2500  # milliseconds; time to look at where it ended
GREYS = 16  # of a frame: enough for garments, and the file is a tenth smaller than with 32


def save_animation(
    path: Path,
    frames: Sequence[np.ndarray],
    titles: Sequence[str],
    caption: str,
    draw: Callable[[np.ndarray, str, str], Figure],
) -> None:
    """Write grids of images, one frame each under its title, as a GIF that repeats; whole or not at all.

    frames: one or more arrays that `draw` makes a figure of (images, title, caption), the first one at the first
    moment. Of many, thirty evenly spaced ones are shown, the first and the last among them.
    """
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(MOST_FRAMES, len(frames))).round().astype(int))
    pictures = []
    for index in chosen:
        figure = draw(frames[index], titles[index], caption)
        figure.set_dpi(DOTS_PER_INCH)
        with drawing():
            figure.canvas.draw()
        drawn = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("L")
        pictures.append(drawn.quantize(GREYS))
    durations = [FRAME] * (len(pictures) - 1) + [LAST_FRAME]
    with replacing(path) as temporary:
        pictures[0].save(
            temporary, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True
        )
