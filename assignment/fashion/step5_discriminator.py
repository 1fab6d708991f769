"""Step 5 of the sheet: build the discriminator model of the GAN."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(5))

from functools import partial

import keras
from keras import layers

from assignment.training import streams


def build_discriminator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Sequential:
    """Build the sheet's discriminator, `discriminator_model_<firstname>`: images (n, 28, 28, 1) to validity (n, 1).

    It has 6,629,953 weights. Validity is the probability that the image is real, 0..1.
    precision: the dtype policy of all layers but the last, which is float32 for the loss.

    The sheet says "no bias" for every layer but the last, which keeps its bias.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)
    convolution = partial(layers.Conv2D, kernel_size=5, strides=2, padding="same", use_bias=False, dtype=precision)

    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),  # (n, 28, 28, 1)
            convolution(64),  # (n, 14, 14, 64)
            layers.LeakyReLU(dtype=precision),
            convolution(128),  # (n, 7, 7, 128)
            layers.LeakyReLU(dtype=precision),
            layers.Flatten(dtype=precision),  # (n, 6272)
            layers.Dense(1024, use_bias=False, dtype=precision),  # (n, 1024)
            layers.LeakyReLU(dtype=precision),
            layers.Dense(1, activation="sigmoid", dtype="float32"),  # (n, 1)
        ],
        name=f"discriminator_model_{firstname}",
    )
