"""The three models of a GAN, held together."""

from __future__ import annotations

from typing import NamedTuple

import keras


class Gan(NamedTuple):
    """A compiled GAN: `combined` is the discriminator behind the generator; each has an Adam of its own.

    `discriminator` and `combined` are compiled; `generator` is trained through `combined`, in which the discriminator
    is frozen unless tapes choose what they train. What a batch must bring follows from the networks themselves: a
    network with two inputs takes a label with its noise or its image, and a discriminator with two outputs answers the
    class beside the validity.
    """

    generator: keras.Model
    discriminator: keras.Model
    combined: keras.Model

    def generator_inputs(self, noise, labels=None):
        """What the generator takes: the noise (n, latent_dim), with the labels (n, 1) where it is conditional."""
        return [noise, labels] if len(self.generator.inputs) > 1 else noise

    def discriminator_inputs(self, images, labels=None):
        """What the discriminator takes: images (n, 28, 28, 1), with their labels (n, 1) where it asks for them."""
        return [images, labels] if len(self.discriminator.inputs) > 1 else images

    def targets(self, validity, labels=None):
        """What the discriminator should answer: the validity (n, 1), with the class (n, 1) where it names one."""
        return [validity, labels] if len(self.discriminator.outputs) > 1 else validity

    def variables(self) -> dict[str, list[keras.Variable]]:
        """All that training changes, by what it belongs to: weights, averages, and both optimizers' own."""
        return {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "generator_optimizer": self.combined.optimizer.variables,
            "discriminator_optimizer": self.discriminator.optimizer.variables,
        }
