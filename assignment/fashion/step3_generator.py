"""Step 3 of the sheet: build the generator model of the GAN."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(3))

from functools import partial

import keras
from keras import layers

from assignment.training import streams
from assignment.training.gan import LATENT_DIM


def build_generator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Sequential:
    """Build the sheet's generator, `generator_model_<firstname>`: noise (n, 100) to images (n, 28, 28, 1) in [-1, 1].

    It has 2,330,944 weights; 25,472 of them, BatchNormalization's moving averages, are not trainable.
    precision: the dtype policy of all layers but the last, which is float32 so that pixels are not rounded to 8 bits.

    The sheet's `77256` neurons are 7*7*256 without the multiplication signs. It gives no slope for LeakyReLU: Keras'
    default is 0.3.
    """
    streams.seed_initial_weights(seed, streams.GENERATOR)
    transposed = partial(layers.Conv2DTranspose, kernel_size=5, padding="same", use_bias=False)

    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,), name="noise"),  # (n, 100)
            layers.Dense(7 * 7 * 256, use_bias=False, dtype=precision),  # (n, 12544)
            layers.BatchNormalization(dtype=precision),
            layers.LeakyReLU(dtype=precision),
            layers.Reshape((7, 7, 256), dtype=precision),  # (n, 7, 7, 256)
            transposed(128, strides=1, dtype=precision),  # (n, 7, 7, 128)
            layers.BatchNormalization(dtype=precision),
            layers.LeakyReLU(dtype=precision),
            transposed(64, strides=2, dtype=precision),  # (n, 14, 14, 64)
            layers.BatchNormalization(dtype=precision),
            layers.LeakyReLU(dtype=precision),
            transposed(1, strides=2, activation="tanh", dtype="float32"),  # (n, 28, 28, 1)
        ],
        name=f"generator_model_{firstname}",
    )
