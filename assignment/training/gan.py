"""The three models of a GAN, held together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import keras


class Gan(NamedTuple):
    """A compiled GAN: `combined` is the discriminator behind the generator; each has an Adam of its own.

    `discriminator` and `combined` are compiled; `generator` is trained through `combined`, in which the discriminator
    is frozen unless tapes choose what they train. What a batch must bring follows from the networks themselves: a
    network with two inputs takes a label with its noise or its image, and a discriminator with two outputs answers the
    class beside the validity. `memory` is what an update keeps from one batch to the next, if it does.
    """

    generator: keras.Model
    discriminator: keras.Model
    combined: keras.Model
    memory: Sequence[keras.Variable] = ()

    @property
    def models(self) -> tuple[keras.Model, keras.Model, keras.Model]:
        """The generator, the discriminator and the combined model."""
        return self.generator, self.discriminator, self.combined

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
        """All that training changes, by what it belongs to: weights, averages, both optimizers' own, the memory."""
        return {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "generator_optimizer": self.combined.optimizer.variables,
            "discriminator_optimizer": self.discriminator.optimizer.variables,
            **({"memory": list(self.memory)} if self.memory else {}),
        }
