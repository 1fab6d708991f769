"""A run's practices together: each ingredient as all of them, one after another, make it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from importlib import import_module

import keras
import numpy as np

from assignment.practices.catalogue import BY_NAME
from assignment.practices.practice import Practice, Setting
from assignment.training.gan import Gan
from assignment.training.steps import SHEETS, Ingredients, Update


class Mixture:
    """The ingredients of a run with these practices, by name; with none, all stay as its track has them."""

    def __init__(self, names: Sequence[str] = (), *, seed: int = 0, batch_size: int = 1, tapes: bool = False):
        setting = Setting(seed, batch_size, tapes)
        self._practices = [_practice(name)(setting) for name in names]

    def noise(self, noise: np.ndarray) -> np.ndarray:
        """The noise that the generator is given where N(0, 1) was drawn for it."""
        return reduce(lambda made, practice: practice.noise(made), self._practices, noise)

    def generator(self, network: keras.Model) -> keras.Model:
        """The generator to be trained."""
        return reduce(lambda made, practice: practice.generator(made), self._practices, network)

    def discriminator(self, network: keras.Model) -> keras.Model:
        """The discriminator to be trained."""
        return reduce(lambda made, practice: practice.discriminator(made), self._practices, network)

    def compiled(self, gan: Gan) -> Gan:
        """The GAN with the losses and optimizers that train it."""
        return reduce(lambda made, practice: practice.compiled(made), self._practices, gan)

    def update(self, rule: Callable[[Gan, Ingredients], Update], gan: Gan) -> Update:
        """The update of `gan` by one of the rules of `training.steps`."""
        ingredients = reduce(lambda made, practice: practice.ingredients(made, gan), self._practices, SHEETS)
        update = rule(gan, ingredients)
        return reduce(lambda made, practice: practice.update(made, gan, ingredients), self._practices, update)

    def sketch(self, sketch):
        """How the training is looked at."""
        return reduce(lambda made, practice: practice.sketch(made), self._practices, sketch)


def _practice(name: str) -> type[Practice]:
    module, _, kind = BY_NAME[name].place.partition(".")
    return getattr(import_module(f"assignment.practices.{module}"), kind)
