"""What a practice can replace: one method for each ingredient, all of which leave it as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from assignment.training.gan import Gan
from assignment.training.steps import Ingredients, Update


class Setting(NamedTuple):
    """Where a practice is used: the run's `seed`, its `batch_size`, and whether its GAN is trained by two tapes."""

    seed: int
    batch_size: int
    tapes: bool


class Practice:
    """A practice that replaces nothing. Each of the others overrides what it replaces, and nothing else.

    They are called in this order, with what the track (and the practices before) made of it.
    """

    def __init__(self, setting: Setting):
        self.setting = setting

    def noise(self, noise: np.ndarray) -> np.ndarray:
        """The noise (n, latent_dim) that the generator is given wherever N(0, 1) was drawn for it."""
        return noise

    def generator(self, network: keras.Model) -> keras.Model:
        """The generator that is trained in place of `network`."""
        return network

    def discriminator(self, network: keras.Model) -> keras.Model:
        """The discriminator that is trained in place of `network`."""
        return network

    def compiled(self, gan: Gan) -> Gan:
        """The GAN with the losses and the optimizers that it is trained by."""
        return gan

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        """What an update of `gan` is made of."""
        return ingredients

    def update(self, update: Update, gan: Gan, ingredients: Ingredients) -> Update:
        """The update rule that is called for each batch in place of `update`, which is made of `ingredients`."""
        return update

    def sketch(self, sketch: Any) -> Any:
        """How the training is looked at: other losses have other words, axes and bounds (a `journal.Sketch`)."""
        return sketch


def in_turn(earlier: Callable, later: Callable) -> Callable:
    """What the practices before make of something for a batch, real or fake, and then this one."""
    return lambda something, real: later(earlier(something, real=real), real=real)
