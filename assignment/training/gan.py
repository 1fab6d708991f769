"""The three models of a GAN, held together."""

from __future__ import annotations

from typing import NamedTuple

import keras


class Gan(NamedTuple):
    """A compiled GAN: `combined` is the discriminator, frozen, behind the generator; each has an Adam of its own.

    `discriminator` and `combined` are compiled; `generator` is trained through `combined`.
    """

    generator: keras.Model
    discriminator: keras.Model
    combined: keras.Model

    def variables(self) -> dict[str, list[keras.Variable]]:
        """All that training changes, by what it belongs to: weights, averages, and both optimizers' own."""
        return {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "generator_optimizer": self.combined.optimizer.variables,
            "discriminator_optimizer": self.discriminator.optimizer.variables,
        }
