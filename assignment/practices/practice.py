"""The base class of all practices: one method per ingredient, which by default returns it unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np

from assignment.practices.view import TrainingView
from assignment.training.gan import Gan
from assignment.training.steps import Ingredients, Update


class PracticeContext(NamedTuple):
    """What a practice needs to know about its run: seed, batch size, and whether gradient tapes train the GAN."""

    seed: int
    batch_size: int
    tapes: bool


class Practice:
    """A practice that leaves all ingredients unchanged. A subclass overrides the methods of those that it replaces.

    The methods are called in this order. Each receives what the track and the earlier practices returned.
    """

    def __init__(self, context: PracticeContext):
        self.context = context

    def noise(self, noise: np.ndarray) -> np.ndarray:
        """Return the generator's input for noise N(0, 1), (n, latent_dim)."""
        return noise

    def generator(self, network: keras.Model) -> keras.Model:
        """Return the generator to train instead of `network`."""
        return network

    def discriminator(self, network: keras.Model) -> keras.Model:
        """Return the discriminator to train instead of `network`."""
        return network

    def compiled(self, gan: Gan) -> Gan:
        """Return the GAN with its losses and optimizers."""
        return gan

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        """Return the ingredients of an update of `gan`."""
        return ingredients

    def update(self, update: Update, gan: Gan, ingredients: Ingredients) -> Update:
        """Return the update to call for each batch instead of `update`, which was made from `ingredients`."""
        return update

    def schedule(self, update: Update, gan: Gan) -> Update:
        """Return `update` with learning rates that change over the training."""
        return update

    def training_view(self, view: TrainingView) -> TrainingView:
        """Return the training view. Other losses need other labels and thresholds."""
        return view


def in_turn(earlier: Callable, later: Callable) -> Callable:
    """Return a function of (values, real) that applies `earlier`, then `later`."""
    return lambda values, real: later(earlier(values, real=real), real=real)
