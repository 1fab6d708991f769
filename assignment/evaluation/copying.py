"""Search for generated images that are copies of training images, pixel by pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assignment.evaluation import metrics
from assignment.evaluation.scores import Copying

CANDIDATES = 1_000  # images searched for copies; each is compared with every training image, which takes time


@dataclass(frozen=True)
class CopyingFloor:
    """How near unseen real images are to the training images (root mean square over the pixels).

    nearest: median distance of an unseen image to the nearest training image.
    copy_distance: the distance below which an image counts as a copy; 1 % of the unseen images are below it.
    """

    nearest: float
    copy_distance: float


def measure_copying_floor(training_images: np.ndarray, unseen_images: np.ndarray | None) -> CopyingFloor:
    """Return the floor of the first `CANDIDATES` unseen images, all images float (n, 28, 28, 1) in [-1, 1].

    If `unseen_images` is None, it is the distance of training images to the other training images.
    """
    training_pixels = _flatten(training_images)
    if unseen_images is None:
        # The nearest training image is the image itself, so the second nearest counts.
        distances = metrics.nearest_distances(training_pixels[:CANDIDATES], training_pixels, nth=2)
    else:
        distances = metrics.nearest_distances(_flatten(unseen_images[:CANDIDATES]), training_pixels)
    return CopyingFloor(float(np.median(distances)), metrics.copy_distance(distances))


def find_copies(images: np.ndarray, training_images: np.ndarray, floor: CopyingFloor) -> Copying:
    """Search the first `CANDIDATES` of `images` float (n, 28, 28, 1) in [-1, 1] for copies of training images.

    Raises NotFinite if an image has a NaN or infinite value.
    """
    distances = metrics.nearest_distances(_flatten(images[:CANDIDATES]), _flatten(training_images))
    return Copying(
        nearest=float(np.median(distances)),
        floor=floor.nearest,
        copies=metrics.copy_share(distances, floor.copy_distance),
    )


def _flatten(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
