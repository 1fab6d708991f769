"""Where the generator's noise comes from."""

from __future__ import annotations

import keras
import numpy as np

from assignment.practices.practice import Practice


class UniformNoise(Practice):
    """Noise that is even between -1 and 1. Source: Radford et al. 2016, figure 1; Chintala et al. advise against."""

    def noise(self, noise):
        return uniform(noise)

    def update(self, update, gan, ingredients):
        return lambda real_images, noise, *labels: update(real_images, uniform(noise), *labels)


def uniform(noise: np.ndarray) -> np.ndarray:
    """N(0, 1) as numbers that are even in (-1, 1): each as twice its cumulated probability, less 1."""
    return np.asarray(keras.ops.erf(noise / np.float32(np.sqrt(2))))
