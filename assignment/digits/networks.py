"""The MNIST exercise's networks. The kinds of layers are the sheet's; the sizes, which it leaves open, are ours."""

from __future__ import annotations

import keras
from keras import layers

from assignment.training import streams
from assignment.training.gan import DROPOUT, LATENT_DIM, Gan, compile_for_tapes

KERNEL = 4  # a multiple of the stride, so that all pixels are covered equally often (Odena et al. 2016)
SLOPE = 0.2  # of LeakyReLU below 0 (Radford et al. 2016)


def build_generator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Sequential:
    """Build `digits_generator_model_<firstname>`: noise (n, 100) to images (n, 28, 28, 1) in [-1, 1]; 784,640 weights.

    The sheet: Dense, BatchNormalization, LeakyReLU, a reshape, transposed convolutions of stride 2, tanh.
    """
    streams.seed_initial_weights(seed, streams.GENERATOR)
    transposed = {"kernel_size": KERNEL, "strides": 2, "padding": "same", "use_bias": False}
    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,), name="noise"),  # (n, 100)
            layers.Dense(7 * 7 * 128, use_bias=False, dtype=precision),  # (n, 6272)
            layers.BatchNormalization(dtype=precision),
            layers.LeakyReLU(negative_slope=SLOPE, dtype=precision),
            layers.Reshape((7, 7, 128), dtype=precision),  # (n, 7, 7, 128)
            layers.Conv2DTranspose(64, **transposed, dtype=precision),  # (n, 14, 14, 64)
            layers.BatchNormalization(dtype=precision),
            layers.LeakyReLU(negative_slope=SLOPE, dtype=precision),
            layers.Conv2DTranspose(1, **transposed, activation="tanh", dtype="float32"),  # (n, 28, 28, 1)
        ],
        name=f"digits_generator_model_{firstname}",
    )


def build_discriminator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Sequential:
    """Build `digits_discriminator_model_<firstname>`: images (n, 28, 28, 1) to probabilities of being real (n, 1).

    It has 138,561 weights. The sheet: convolutions of stride 2, LeakyReLU, Dropout, one sigmoid unit.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)
    strided = {"kernel_size": KERNEL, "strides": 2, "padding": "same"}
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),  # (n, 28, 28, 1)
            layers.Conv2D(64, **strided, dtype=precision),  # (n, 14, 14, 64)
            layers.LeakyReLU(negative_slope=SLOPE, dtype=precision),
            layers.Dropout(DROPOUT, dtype=precision),
            layers.Conv2D(128, **strided, dtype=precision),  # (n, 7, 7, 128)
            layers.LeakyReLU(negative_slope=SLOPE, dtype=precision),
            layers.Dropout(DROPOUT, dtype=precision),
            layers.Flatten(dtype=precision),  # (n, 6272)
            layers.Dense(1, activation="sigmoid", dtype="float32"),  # (n, 1)
        ],
        name=f"digits_discriminator_model_{firstname}",
    )


def compile_gan(generator: keras.Sequential, discriminator: keras.Sequential) -> Gan:
    """Compile both networks with binary cross-entropy and Adam.

    Source of the rate 2e-4 and beta_1 0.5: Radford et al. 2016, section 4.
    """
    return compile_for_tapes(
        generator, discriminator, loss=keras.losses.BinaryCrossentropy(), learning_rate=2e-4, beta_1=0.5
    )
