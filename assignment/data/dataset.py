"""A data set: images, labels and where they came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

IMAGE_SHAPE = (28, 28, 1)
CLASS_COUNT = 10
GARMENTS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
DIGITS = tuple("0123456789")
TROUSER = 1  # the class that the sheet calls pants
TRAINING_IMAGES = 60_000  # the first images of a data set; the other 10,000 are the test images


@dataclass(frozen=True)
class Provenance:
    """Where images came from.

    source: the place that they were loaded from, in words.
    caption: names the images in every figure of a run.
    checked: how the bytes were verified, in words, for the run record.
    is_standin: whether they are drawn, not real.
    """

    source: str
    caption: str
    checked: str
    is_standin: bool

    @property
    def description(self) -> str:
        """What the images are, where they came from and how they were checked: one sentence, without its full stop."""
        if self.is_standin:
            return f"The images are a {self.caption}, {self.source}"
        return f"{self.caption}, from {self.source}; checked: {self.checked}"


@dataclass(frozen=True)
class Dataset:
    """A data set, training images first, then test images.

    images: uint8 (n, 28, 28) in 0..255.
    labels: uint8 (n,) in 0..9.
    """

    images: np.ndarray
    labels: np.ndarray
    provenance: Provenance


def scale_pixels(images: np.ndarray) -> np.ndarray:
    """Return pixels uint8 in 0..255 as float32 in [-1, 1], the range of the generators' tanh."""
    scaled = np.divide(images, np.float32(127.5), dtype=np.float32)
    scaled -= 1.0  # in place: a second array of 70,000 images takes 220 MB
    return scaled
