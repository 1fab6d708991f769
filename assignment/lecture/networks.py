"""The lecture notebook's networks: its DCGAN, whose size the second exercise changes, and its dense GAN."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import keras
from keras import layers

from assignment.training import streams
from assignment.training.gan import DROPOUT, LATENT_DIM, Gan, compile_for_tapes, gives_probability

NOTEBOOK_GENERATOR_WEIGHTS, NOTEBOOK_DISCRIMINATOR_WEIGHTS = 2_330_944, 212_865  # of its DCGAN
DENSE_SLOPE = 0.2  # of LeakyReLU below 0 in the notebook's dense GAN; its DCGAN gives none: Keras' default is 0.3


def build_dcgan_generator(
    firstname: str,
    seed: int = 1,
    precision: str = "float32",
    filters: Sequence[int] = (64, 128),
    kernel: int = 5,
    extra_layers: int = 0,
) -> keras.Sequential:
    """Build the DCGAN's `lecture_generator_model_<firstname>`: noise (n, 100) to images (n, 28, 28, 1) in [-1, 1].

    The defaults are the notebook's network with 2,330,944 weights.
    filters: those of the discriminator, from the image inwards; the generator uses them in reverse order, after twice
    the last.
    extra_layers: additional transposed convolutions at 7x7, as the second exercise suggests.
    Source: the notebook, section 5.
    """
    streams.seed_initial_weights(seed, streams.GENERATOR)
    transposed = partial(layers.Conv2DTranspose, kernel_size=kernel, padding="same", use_bias=False)
    outer, inner = filters

    def normalized():
        return [layers.BatchNormalization(dtype=precision), layers.LeakyReLU(dtype=precision)]

    stack = [
        keras.Input((LATENT_DIM,), name="noise"),  # (n, 100)
        layers.Dense(7 * 7 * 2 * inner, use_bias=False, dtype=precision),  # (n, 12544)
        *normalized(),
        layers.Reshape((7, 7, 2 * inner), dtype=precision),  # (n, 7, 7, 256)
    ]
    for _ in range(extra_layers):
        stack += [transposed(2 * inner, strides=1, dtype=precision), *normalized()]  # (n, 7, 7, 256)
    stack += [
        transposed(inner, strides=1, dtype=precision),
        *normalized(),  # (n, 7, 7, 128)
        transposed(outer, strides=2, dtype=precision),
        *normalized(),  # (n, 14, 14, 64)
        transposed(1, strides=2, activation="tanh", dtype="float32"),  # (n, 28, 28, 1)
    ]
    return keras.Sequential(stack, name=f"lecture_generator_model_{firstname}")


def build_dcgan_discriminator(
    firstname: str,
    seed: int = 1,
    precision: str = "float32",
    filters: Sequence[int] = (64, 128),
    kernel: int = 5,
    extra_layers: int = 0,
) -> keras.Sequential:
    """Build the DCGAN's `lecture_discriminator_model_<firstname>`: images (n, 28, 28, 1) to logits (n, 1).

    The defaults are the notebook's network with 212,865 weights.
    extra_layers: additional convolutions of stride 1 at 7x7.
    Source: the notebook, section 5.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)

    def convolution(count, strides):
        return [
            layers.Conv2D(count, kernel, strides=strides, padding="same", dtype=precision),
            layers.LeakyReLU(dtype=precision),
            layers.Dropout(DROPOUT, dtype=precision),
        ]

    outer, inner = filters
    stack = [
        keras.Input((28, 28, 1), name="image"),  # (n, 28, 28, 1)
        *convolution(outer, 2),  # (n, 14, 14, 64)
        *convolution(inner, 2),  # (n, 7, 7, 128)
    ]
    for _ in range(extra_layers):
        stack += convolution(inner, 1)  # (n, 7, 7, 128)
    stack += [
        layers.Flatten(dtype=precision),  # (n, 6272)
        layers.Dense(1, dtype="float32"),  # (n, 1)
    ]
    return keras.Sequential(stack, name=f"lecture_discriminator_model_{firstname}")


def build_dense_generator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Sequential:
    """Build the dense GAN's `lecture_generator_model_<firstname>`: noise (n, 100) to images (n, 28, 28, 1) in [-1, 1].

    It has 1,493,520 weights. Source: the notebook, section 4.
    """
    streams.seed_initial_weights(seed, streams.GENERATOR)
    stack = [keras.Input((LATENT_DIM,), name="noise")]  # (n, 100)
    for units in (256, 512, 1024):
        stack += [
            layers.Dense(units, dtype=precision),  # (n, 256), (n, 512), (n, 1024)
            layers.LeakyReLU(negative_slope=DENSE_SLOPE, dtype=precision),
            layers.BatchNormalization(dtype=precision),
        ]
    stack += [
        layers.Dense(28 * 28, activation="tanh", dtype="float32"),  # (n, 784)
        layers.Reshape((28, 28, 1), dtype="float32"),  # (n, 28, 28, 1)
    ]
    return keras.Sequential(stack, name=f"lecture_generator_model_{firstname}")


def build_dense_discriminator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Sequential:
    """Build the dense GAN's `lecture_discriminator_model_<firstname>`: images (n, 28, 28, 1) to probabilities (n, 1).

    It has 533,505 weights. Source: the notebook, section 4.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)
    stack = [keras.Input((28, 28, 1), name="image"), layers.Flatten(dtype=precision)]  # (n, 784)
    for units in (512, 256):
        stack += [
            layers.Dense(units, dtype=precision),  # (n, 512), (n, 256)
            layers.LeakyReLU(negative_slope=DENSE_SLOPE, dtype=precision),
            layers.Dropout(DROPOUT, dtype=precision),
        ]
    stack += [layers.Dense(1, activation="sigmoid", dtype="float32")]  # (n, 1)
    return keras.Sequential(stack, name=f"lecture_discriminator_model_{firstname}")


def compile_gan(generator: keras.Sequential, discriminator: keras.Sequential, smoothing: float = 0.0) -> Gan:
    """Compile both networks with binary cross-entropy and Adam; the target for real images is 1 - `smoothing`.

    The notebook's dense GAN ends in a sigmoid, its DCGAN in logits. Source: sections 4 to 6, and 10 (smoothing).
    """
    from_logits = not gives_probability(discriminator)
    loss = keras.losses.BinaryCrossentropy(from_logits=from_logits)
    smoothed = RealSmoothed(smoothing, from_logits) if smoothing else None
    return compile_for_tapes(
        generator,
        discriminator,
        loss=loss,
        discriminator_loss=smoothed,
        learning_rate=1e-4,
        beta_1=0.9,  # the notebook: Adam(1e-4), Keras' other defaults
    )


@keras.saving.register_keras_serializable("assignment")  # Keras copies a compiled model by its loss's name
class RealSmoothed(keras.losses.Loss):
    """Binary cross-entropy with the target 1 - `smoothing` for real images and 0 for fakes.

    One-sided label smoothing: the discriminator never becomes certain, so the generator's gradients do not vanish.
    Sources: Salimans et al. 2016, section 3.4; the lecture, section 10 (smoothing 0.1, so that real is 0.9).
    """

    def __init__(self, smoothing: float, from_logits: bool):
        super().__init__(name="smoothed_binary_crossentropy")
        self.smoothing, self.from_logits = smoothing, from_logits

    def call(self, y_true, y_pred):
        return keras.losses.binary_crossentropy(y_true * (1 - self.smoothing), y_pred, from_logits=self.from_logits)

    def get_config(self):
        return {"smoothing": self.smoothing, "from_logits": self.from_logits}
