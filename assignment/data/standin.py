"""Drawn stand-ins of a whole data set: for machines without a network, and for tests. Never the real images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from assignment.data.dataset import Dataset, Provenance

CLASSES = 10
TRAINING, TEST = 6_000, 1_000  # images of each class, 70,000 in all as the real sets have
SHEET_OF = 1_000  # images drawn at a time; more at once costs memory and saves nothing
SEED = 19_680_801  # arbitrary; it only has to stay the same

Drawing = Callable[[int, int, int], np.ndarray]


def draw(drawing: Drawing, title: str, why: str) -> Dataset:
    """70,000 images like those of the set called `title` in shapes, dtypes and counts; the same ones at every call.

    `drawing` makes images of one class from (label, count, part), uint8 (count, 28, 28). `why` they were drawn goes
    into the provenance.
    """
    training = [(label, part) for label in range(CLASSES) for part in range(TRAINING // SHEET_OF)]
    test = [(label, TRAINING // SHEET_OF) for label in range(CLASSES)]
    parts = [_shuffled(drawing, which, stream) for stream, which in enumerate((training, test))]
    return Dataset(
        images=np.concatenate([images for images, _ in parts]),  # (70000, 28, 28)
        labels=np.concatenate([labels for _, labels in parts]),  # (70000,)
        provenance=Provenance(f"drawn by chance, since {why}", caption(title), "nothing to check", is_standin=True),
    )


def caption(title: str) -> str:
    """What every figure says of images that stand in for the set called `title`."""
    return f"drawn stand-in, not {title}"


def _shuffled(drawing: Drawing, sheets: list[tuple[int, int]], stream: int) -> tuple[np.ndarray, np.ndarray]:
    images = np.concatenate([drawing(label, SHEET_OF, part) for label, part in sheets])
    labels = np.repeat(np.array([label for label, _ in sheets], np.uint8), SHEET_OF)
    order = np.random.default_rng([SEED, CLASSES, stream]).permutation(len(labels))
    return images[order], labels[order]
