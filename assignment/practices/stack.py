"""The practices of one run, applied one after another to each ingredient of its training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TypeVar

import keras
import numpy as np

from assignment.practices.practice import Practice, PracticeContext
from assignment.practices.registry import IMPLEMENTATIONS
from assignment.practices.view import TrainingView
from assignment.training import streams
from assignment.training.gan import Gan
from assignment.training.steps import SHEET_INGREDIENTS, Ingredients, Update

Ingredient = TypeVar("Ingredient")


class PracticeStack:
    """The practices of a run, in the catalogue's order; without any, every ingredient is the track's own.

    names: names of the catalogue, as `choice.checked_practices` returns them.
    """

    def __init__(self, names: Sequence[str] = (), *, seed: int = 0, batch_size: int = 1, tapes: bool = False):
        context = PracticeContext(seed, batch_size, tapes)
        self._practices = [IMPLEMENTATIONS[name](context) for name in names]

    def draw_noise(
        self, seed: int, purpose: streams.Purpose, *position: int, count: int, latent_dim: int
    ) -> np.ndarray:
        """Return the generator's noise (count, latent_dim) outside training: `streams.draw_noise`, transformed."""
        noise = streams.draw_noise(seed, purpose, *position, count=count, latent_dim=latent_dim)
        return self._apply(lambda practice, noise: practice.noise(noise), noise)

    def generator(self, network: keras.Model) -> keras.Model:
        """Return the generator to train."""
        return self._apply(lambda practice, network: practice.generator(network), network)

    def discriminator(self, network: keras.Model) -> keras.Model:
        """Return the discriminator to train."""
        return self._apply(lambda practice, network: practice.discriminator(network), network)

    def compiled(self, gan: Gan) -> Gan:
        """Return the GAN with the losses and optimizers to train with."""
        return self._apply(lambda practice, gan: practice.compiled(gan), gan)

    def update(self, rule: Callable[[Gan, Ingredients], Update], gan: Gan) -> Update:
        """Return the update of `gan` by an update rule of `training.steps`."""
        ingredients = self._apply(lambda practice, parts: practice.ingredients(parts, gan), SHEET_INGREDIENTS)
        return self._apply(lambda practice, update: practice.update(update, gan, ingredients), rule(gan, ingredients))

    def schedule(self, update: Update, gan: Gan) -> Update:
        """Return `update` with learning rates that change over the training."""
        return self._apply(lambda practice, update: practice.schedule(update, gan), update)

    def training_view(self, view: TrainingView) -> TrainingView:
        """Return the training view with the labels and thresholds of the losses in use."""
        return self._apply(lambda practice, view: practice.training_view(view), view)

    def _apply(self, change: Callable[[Practice, Ingredient], Ingredient], ingredient: Ingredient) -> Ingredient:
        return reduce(lambda changed, practice: change(practice, changed), self._practices, ingredient)
