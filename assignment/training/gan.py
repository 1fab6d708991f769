"""The three models of a GAN, and helpers to compile them, generate images and restore variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np

from assignment.training.naming import named_for_graphs

# Size of the noise vector in the assignment sheet ("Input = Vector with dimension size 100"), in the MNIST exercise
# ("e.g., 100-dimensional") and in the lecture notebook.
LATENT_DIM = 100
# Rate in the lecture notebook's discriminators. The conditional GAN ends further from the test images without it
# (docs/conditional.md).
DROPOUT = 0.3
IMAGES_PER_CALL = 500  # a thousand images take a hundred megabytes inside the sheet's generator


class Gan(NamedTuple):
    """A compiled GAN: the generator, the discriminator, and the combined model of the two.

    `discriminator` and `combined` are compiled, each with its own optimizer. The generator is trained through
    `combined`, in which the discriminator is frozen. (With gradient tapes it is not, since a tape trains the weights
    that it is given.)

    The inputs follow from the networks: a network with two inputs takes labels, and a discriminator with two outputs
    predicts the class as well as the validity. `memory` holds what an update keeps from one batch to the next.
    """

    generator: keras.Model
    discriminator: keras.Model
    combined: keras.Model
    memory: Sequence[keras.Variable] = ()

    @property
    def models(self) -> tuple[keras.Model, keras.Model, keras.Model]:
        """The generator, the discriminator and the combined model."""
        return self.generator, self.discriminator, self.combined

    @property
    def latent_dim(self) -> int:
        """The size of the generator's noise vector."""
        return self.generator.inputs[0].shape[1]

    @property
    def is_conditional(self) -> bool:
        """Whether the generator takes labels."""
        return takes_labels(self.generator)

    def generator_inputs(self, noise, labels=None):
        """Return the generator's inputs: noise (n, latent_dim), with labels (n, 1) if it is conditional."""
        return generator_inputs(self.generator, noise, labels)

    def discriminator_inputs(self, images, labels=None):
        """Return the discriminator's inputs: images (n, 28, 28, 1), with labels (n, 1) if it takes them."""
        return [images, labels] if len(self.discriminator.inputs) > 1 else images

    def discriminator_targets(self, validity, labels=None):
        """Return the discriminator's targets: validity (n, 1), with the class (n, 1) if it predicts one."""
        return [validity, labels] if len(self.discriminator.outputs) > 1 else validity

    def variables(self) -> dict[str, list[keras.Variable]]:
        """Return everything that training changes, by owner: weights, moving averages, optimizer state and memory."""
        return {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "generator_optimizer": self.combined.optimizer.variables,
            "discriminator_optimizer": self.discriminator.optimizer.variables,
            **({"memory": list(self.memory)} if self.memory else {}),
        }


def compile_for_tapes(
    generator: keras.Model,
    discriminator: keras.Model,
    *,
    loss: keras.losses.Loss,
    discriminator_loss: keras.losses.Loss | None = None,
    learning_rate: float,
    beta_1: float,
) -> Gan:
    """Compile both networks for `steps.taped_update`: each with its own loss and Adam, nothing frozen.

    The combined model holds the generator's loss and optimizer. Its tape computes the generator's gradients only, so
    the discriminator inside it does not have to be frozen.
    """
    discriminator.compile(loss=discriminator_loss or loss, optimizer=keras.optimizers.Adam(learning_rate, beta_1))
    name = generator.name.replace("generator", "combined", 1)
    combined = keras.Sequential([generator, discriminator], name=name)  # noise (n, latent_dim) to output (n, 1)
    combined.compile(loss=loss, optimizer=keras.optimizers.Adam(learning_rate, beta_1))
    return Gan(generator, discriminator, combined)


def compile_losses(gan: Gan, *, discriminator_loss: keras.losses.Loss, generator_loss: keras.losses.Loss) -> Gan:
    """Compile `gan` with other losses and the same optimizers, and return it."""
    gan.discriminator.compile(loss=discriminator_loss, optimizer=gan.discriminator.optimizer)
    gan.combined.compile(loss=generator_loss, optimizer=gan.combined.optimizer)
    return gan


def gives_probability(discriminator: keras.Model) -> bool:
    """Return whether a discriminator's validity, its first output, is a probability."""
    output = discriminator.outputs[0]
    layer = next(layer for layer in reversed(discriminator.layers) if layer.output is output)
    return getattr(layer, "activation", None) is keras.activations.sigmoid


def takes_labels(generator: keras.Model) -> bool:
    """Return whether a generator is conditional."""
    return len(generator.inputs) > 1


def generator_inputs(generator: keras.Model, noise, labels=None):
    """Return a generator's inputs: noise (n, latent_dim), with labels (n, 1) if it is conditional."""
    return [noise, labels] if takes_labels(generator) else noise


def generate_images(generator: keras.Model, inputs) -> np.ndarray:
    """Return the generator's images for many inputs, float32 (n, 28, 28, 1) in [-1, 1], outside training mode."""
    with named_for_graphs(generator):
        return generator.predict(inputs, batch_size=IMAGES_PER_CALL, verbose=0)


@contextmanager
def restored_afterwards(variables: Iterable[keras.Variable]) -> Iterator[None]:
    """Within the block the variables may change; afterwards they have their earlier values, bit for bit."""
    saved = [(variable, variable.numpy()) for variable in variables]
    try:
        yield
    finally:
        for variable, value in saved:
            variable.assign(value)
