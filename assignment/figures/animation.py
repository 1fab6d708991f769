"""Grids over time as an animated picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from assignment.figures.grids import image_grid
from assignment.figures.style import drawing, set_title
from assignment.workspace import replacing

DOTS_PER_INCH = 70  # 560 pixels square: the caption can be read, and thirty frames stay near a megabyte
MOST_FRAMES = 30
FRAME = 200  # milliseconds
LAST_FRAME = 2500  # milliseconds; time to look at where it ended
GREYS = 16  # of a frame: enough for garments, and the file is a tenth smaller than with 32


def save_animation(path: Path, frames: Sequence[np.ndarray], titles: Sequence[str], caption: str) -> None:
    """Write grids of images, one frame each under its title, as a GIF that repeats; whole or not at all.

    frames: one or more arrays like `image_grid`'s, the first one at the first moment. Of many, thirty evenly spaced
    ones are shown, the first and the last among them.
    """
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(MOST_FRAMES, len(frames))).round().astype(int))
    figure = image_grid(frames[0], titles[0], caption)
    figure.set_dpi(DOTS_PER_INCH)
    pictures = []
    for index in chosen:
        set_title(figure, titles[index])
        for axes, image in zip(figure.axes, frames[index]):
            axes.images[0].set_data(np.reshape(image, (28, 28)))
        with drawing():
            figure.canvas.draw()
        drawn = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("L")
        pictures.append(drawn.quantize(GREYS))
    durations = [FRAME] * (len(pictures) - 1) + [LAST_FRAME]
    with replacing(path) as temporary:
        pictures[0].save(
            temporary, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True
        )
