"""Practices that change the generator's noise."""

from __future__ import annotations

import keras
import numpy as np

from assignment.practices.practice import Practice
from assignment.training.gan import Gan
from assignment.training.steps import Ingredients, Update


class UniformNoise(Practice):
    """Noise uniform between -1 and 1. Source: Radford et al. 2016, figure 1; Chintala et al. 2016 advise against it."""

    def noise(self, noise: np.ndarray) -> np.ndarray:
        return to_uniform(noise)

    def update(self, update: Update, gan: Gan, ingredients: Ingredients) -> Update:
        return lambda real_images, noise, *labels: update(real_images, to_uniform(noise), *labels)


def to_uniform(noise: np.ndarray) -> np.ndarray:
    """Return N(0, 1) noise as noise uniform in (-1, 1): twice the cumulative probability of each number, minus 1."""
    return np.asarray(keras.ops.erf(noise / np.float32(np.sqrt(2))))
