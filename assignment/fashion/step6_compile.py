"""Step 6 of the sheet: compile the GAN model."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(6))

import keras

from assignment.training.freezing import frozen
from assignment.training.gan import Gan

LOSS = "binary_crossentropy"  # the sheet, step 6


def compile_gan(generator: keras.Sequential, discriminator: keras.Sequential) -> Gan:
    """Compile the discriminator, then a combined model in which it is frozen, with its own Adam optimizer.

    The freeze ends with this function: on Keras 3 it would also stop the discriminator's own training. It is set again
    around each call that needs it (training/freezing.py).
    """
    discriminator.compile(loss=LOSS, optimizer=_adam())
    with frozen(discriminator):
        name = generator.name.replace("generator", "combined", 1)
        combined = keras.Sequential([generator, discriminator], name=name)  # noise (n, 100) to validity (n, 1)
        combined.compile(loss=LOSS, optimizer=_adam())
    return Gan(generator, discriminator, combined)


def _adam() -> keras.optimizers.Adam:
    # The sheet, step 6. Each compiled model needs its own: an Adam keeps moments for one set of weights only.
    return keras.optimizers.Adam(learning_rate=2e-4, beta_1=0.5, beta_2=0.999)
