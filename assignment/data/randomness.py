"""The chance in a drawn image: what varies from one to the next, the same at every call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SIZE = 28  # pixels, of every image here


class Chance:
    """The draws of one sheet of `count` images, each of shape (count, 1, 1) so that it spreads over the pixels."""

    def __init__(self, seeds: Sequence[int], count: int):
        self._generator, self._shape = np.random.default_rng(seeds), (count, 1, 1)

    def between(self, low: float, high: float) -> np.ndarray:
        return self._generator.uniform(low, high, self._shape).astype(np.float32)

    def one_of(self, count: int) -> np.ndarray:
        return self._generator.integers(count, size=self._shape)

    def noise(self, strength: float) -> np.ndarray:
        return strength * self._generator.standard_normal((self._shape[0], SIZE, SIZE), np.float32)
