"""What every source hands on: images, labels, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
TRAINING = 60_000  # of the images, which come first; the other 10,000 are kept for whoever judges the generator
TROUSER = 1  # the class that the sheet calls pants


@dataclass(frozen=True)
class Provenance:
    """Where images came from, and the line that every figure of a run carries.

    `checked` is how the bytes were verified, in words, for the run's record.
    """

    source: str
    caption: str
    checked: str
    is_standin: bool


def scaled(images: np.ndarray) -> np.ndarray:
    """Pixels uint8 in 0..255 as float32 in [-1, 1], which is the range of the generators' tanh."""
    return images.astype(np.float32) / 127.5 - 1.0


@dataclass(frozen=True)
class Dataset:
    """Images uint8 (n, 28, 28) in 0..255 and labels uint8 (n,) in 0..9: the training ones first, then the test ones."""

    images: np.ndarray
    labels: np.ndarray
    provenance: Provenance
