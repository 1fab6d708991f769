"""Step 7 of the sheet: train the GAN model.

Both phases of an update, first the discriminator's and then the generator's, are in
`assignment.training.steps.compiled_update`.
"""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(7))

from collections.abc import Iterator

import numpy as np

from assignment.settings.tracks import FashionSettings
from assignment.training.gan import LATENT_DIM
from assignment.training.loop import Position, Row, train
from assignment.training.steps import Update, compiled_update

UPDATE_RULE = compiled_update  # its phase 1 trains the discriminator, its phase 2 the generator
SHEET_SETTINGS = FashionSettings("sheet")  # 300 epochs, batch size 128; seed 1


def train_gan(
    update: Update,
    dataset: np.ndarray,
    settings: FashionSettings = SHEET_SETTINGS,
    position: Position | None = None,
) -> Iterator[Row]:
    """Train for the settings' epochs and batch size (the sheet: 300 and 128); yields one row per epoch.

    update: `UPDATE_RULE(gan)` of the compiled GAN.
    dataset: float32 (n, 28, 28) or (n, 28, 28, 1) in [-1, 1].
    position: where to begin; the start of a training if None.
    """
    return train(
        update,
        dataset.reshape(-1, 28, 28, 1),
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        latent_dim=LATENT_DIM,
        seed=settings.seed,
        position=position or Position(),
    )
