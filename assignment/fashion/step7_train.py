"""Step 7 of the sheet: train the GAN model."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(7))

from collections.abc import Iterator

import numpy as np

from assignment.fashion.step3_generator import LATENT_DIM
from assignment.settings.tracks import FashionSettings
from assignment.training.loop import Place, Row, train
from assignment.training.steps import Update


def train_gan(update: Update, dataset: np.ndarray, settings: FashionSettings, place: Place) -> Iterator[Row]:
    """Train on `dataset`, float32 (n, 28, 28) in [-1, 1], for the settings' epochs and batch size; a row an epoch.

    The sheet: 300 epochs, batch size 128. `update` is a rule of the compiled GAN, `training.steps.compiled_update`'s;
    `place` is where to begin, `Place()` for a training from its start.
    """
    return train(
        update,
        dataset[..., np.newaxis],  # (n, 28, 28, 1)
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        latent_dim=LATENT_DIM,
        seed=settings.seed,
        place=place,
    )
