"""How different images are from each other, kind by kind."""

from __future__ import annotations

import numpy as np

from assignment.evaluation.metrics import mean_distance

OF_REAL, OF_EACH = 200, 50  # real images, in all and of each class: enough to tell how different they are


def distance_within(images: np.ndarray, of_a_kind: int) -> float:
    """The mean Euclidean distance between images (n, 28, 28, 1) within each `of_a_kind` of them, kind after kind."""
    kinds = np.reshape(images, (-1, of_a_kind, 28 * 28))
    return float(np.mean([mean_distance(kind) for kind in kinds]))


def real_distance(images: np.ndarray, labels: np.ndarray | None = None) -> float:
    """The mean distance between real images (n, 28, 28) or (n, 28, 28, 1): of the first 200, or within each label."""
    if labels is None:
        return distance_within(images[:OF_REAL], len(images[:OF_REAL]))
    kinds = [images[labels == label][:OF_EACH] for label in np.unique(labels)]
    return float(np.mean([distance_within(kind, len(kind)) for kind in kinds]))
