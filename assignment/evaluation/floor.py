"""The floor: what real images score in place of generated ones. It depends on the judge and on the images only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assignment.data.idx import md5
from assignment.evaluation.comparison import Comparison
from assignment.evaluation.copying import CopyingFloor, measure_copying_floor
from assignment.evaluation.scores import ScoreRange, summarize


@dataclass(frozen=True)
class Floor:
    """What real images score: the metrics by name, and their distance to the training images."""

    scores: dict[str, ScoreRange]
    copying: CopyingFloor


def measure_floor(comparison: Comparison, training_images: np.ndarray, unseen_images: np.ndarray | None) -> Floor:
    """Return the floor of a comparison, for a generator that is trained on `training_images`.

    unseen_images: other real images; if None, the training images are compared with each other.
    """
    return Floor(summarize(comparison.measure_real()), measure_copying_floor(training_images, unseen_images))


def images_md5(images: np.ndarray) -> str:
    """Return the MD5 of images float32 (n, 28, 28, 1). A floor is valid for one judge and for images with this MD5."""
    return md5(np.ascontiguousarray(images, np.float32).tobytes())
