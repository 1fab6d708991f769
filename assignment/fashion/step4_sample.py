"""Step 4 of the sheet: sample the untrained generator."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(4))

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.figures.grids import image_grid


def sample_untrained(generator: keras.Model, noise: np.ndarray, caption: str) -> Figure:
    """12 images of the untrained generator from `noise` (12, 100): 4x3 subplots, 8x8 inches, no ticks."""
    return image_grid(generator(noise, training=False), "12 samples of the untrained generator", caption)
