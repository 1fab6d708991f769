"""Random numbers for drawn images, the same at every call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIZE = 28  # pixels; every image is a square of this size


class RandomDraws:
    """Random numbers for `count` images: one for each, of shape (count, 1, 1), which broadcasts over the pixels."""

    def __init__(self, seeds: Sequence[int], count: int) -> None:
        self._generator = np.random.default_rng(seeds)
        self._shape = (count, 1, 1)

    def uniform(self, low: float, high: float) -> np.ndarray:
        """Return a number in [low, high) for each image, float32 (count, 1, 1)."""
        return self._generator.uniform(low, high, self._shape).astype(np.float32)

    def integers(self, stop: int) -> np.ndarray:
        """Return an integer from 0 to `stop` - 1 for each image, int (count, 1, 1)."""
        return self._generator.integers(stop, size=self._shape)

    def pixel_noise(self, deviation: float) -> np.ndarray:
        """Return normal noise with mean 0 for each pixel, float32 (count, 28, 28)."""
        return deviation * self._generator.standard_normal((self._shape[0], SIZE, SIZE), np.float32)
