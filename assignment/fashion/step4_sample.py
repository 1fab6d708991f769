"""Step 4 of the sheet: sample the untrained generator. Step 7 samples and draws its grids in the same way."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(4))

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.figures.grids import image_grid
from assignment.training.gan import LATENT_DIM
from assignment.training.streams import Purpose, draw_noise


def sample_generator(generator: keras.Model, noise: np.ndarray | None = None) -> np.ndarray:
    """Return the images that the generator makes of noise (n, 100), outside training mode: (n, 28, 28, 1).

    noise: if None, the 12 vectors of a run with seed 1.
    """
    if noise is None:
        noise = draw_noise(1, Purpose.GRID_NOISE, count=12, latent_dim=LATENT_DIM)
    return np.asarray(generator(noise, training=False))


def draw_samples(images: np.ndarray, title: str = "12 generated images", caption: str = "") -> Figure:
    """Draw 12 generated images, float (12, 28, 28, 1) in [-1, 1]: 4x3 subplots, 8x8 inches, no ticks."""
    return image_grid(images, title, caption)
