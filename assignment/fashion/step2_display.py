"""Step 2 of the sheet: display the first 12 images from the dataset."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(2))

import numpy as np
from matplotlib.figure import Figure

from assignment.figures.grids import image_grid


def display_images(dataset: np.ndarray, caption: str = "") -> Figure:
    """Draw the first 12 images of `dataset`: 4x3 subplots, 8x8 inches, no ticks.

    dataset: float (n, 28, 28) or (n, 28, 28, 1) in [-1, 1].
    """
    return image_grid(dataset[:12], "The first 12 images of the dataset", caption)
