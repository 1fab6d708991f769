"""Drawn stand-ins of complete data sets, for machines without a network and for tests. They are never real images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assignment.data.dataset import CLASS_COUNT, Dataset, Provenance

TRAINING_PER_CLASS, TEST_PER_CLASS = 6_000, 1_000  # images; 70,000 in all, as in the real data sets
IMAGES_PER_PART = 1_000  # images that are drawn at a time; more would need more memory and save no time
SEED = 19_680_801  # arbitrary; another one gives another order

# Draws images of one class from (label, count, part), uint8 (count, 28, 28).
DrawImages = Callable[[int, int, int], np.ndarray]


def draw(draw_images: DrawImages, title: str, reason: str) -> Dataset:
    """Return 70,000 drawn images with the shapes, dtypes and class counts of the real set; the same at every call.

    title: the name of the real data set.
    reason: why the images are drawn, for their provenance.
    """
    training_parts = TRAINING_PER_CLASS // IMAGES_PER_PART
    test_parts = TEST_PER_CLASS // IMAGES_PER_PART
    training = _draw_shuffled(draw_images, range(training_parts), stream=0)
    test = _draw_shuffled(draw_images, range(training_parts, training_parts + test_parts), stream=1)
    return Dataset(
        images=np.concatenate([training[0], test[0]]),  # (70000, 28, 28)
        labels=np.concatenate([training[1], test[1]]),  # (70000,)
        provenance=Provenance(
            source=f"drawn at random, because {reason}",
            caption=caption(title),
            checked="nothing to check",
            is_standin=True,
        ),
    )


def caption(title: str) -> str:
    """Return the caption of images that replace the data set with this title."""
    return f"drawn stand-in, not {title}"


def _draw_shuffled(draw_images: DrawImages, parts: range, stream: int) -> tuple[np.ndarray, np.ndarray]:
    """Return these parts of every class in random order: images (n, 28, 28) and labels (n,)."""
    labels_and_parts = [(label, part) for label in range(CLASS_COUNT) for part in parts]
    images = np.concatenate([draw_images(label, IMAGES_PER_PART, part) for label, part in labels_and_parts])
    labels = np.repeat(np.array([label for label, _ in labels_and_parts], np.uint8), IMAGES_PER_PART)
    order = np.random.default_rng([SEED, CLASS_COUNT, stream]).permutation(len(labels))
    return images[order], labels[order]
