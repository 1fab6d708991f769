"""A generator's images beside real ones, as a judge sees them: every figure with the one that real images get.

The real images are halved, by a fixed shuffle. Draws of the generator's images are compared with the first half, and
draws of the second half are compared with it in the same numbers: those are the floor, below which no generator has
to come.
"""

from __future__ import annotations

from math import nan

import numpy as np

from assignment.evaluation import metrics
from assignment.evaluation.judge import Judge, Reading
from assignment.evaluation.scores import Copying, Measures

DRAW = 2_000  # images, compared at once
DRAWS = 5  # at the end of a training: 10,000 images
CERTAIN = 0.9  # a probability; what is recognised with less is called doubtful
COPIES_OF = 1_000  # images that are looked for among the training images, which takes every pair of them


class Comparison:
    """Real images as a judge sees them, ready to be compared with."""

    def __init__(self, judge: Judge, real_images: np.ndarray, real_labels: np.ndarray):
        """real_images: float32 (n, 28, 28, 1) in [-1, 1], n at least 8; real_labels: (n,)."""
        self._judge = judge
        order = np.random.default_rng(0).permutation(len(real_images))
        self._halves = np.split(order, [len(order) // 2])
        self._images, self._labels = real_images, real_labels
        self.classes = np.unique(real_labels)
        self._reference = judge.read(real_images[self._halves[0]])
        self._shares = metrics.class_shares(real_labels, self.classes)
        self.draw = min(DRAW, len(order) // 2)  # images

    @property
    def reference(self) -> int:
        """How many real images every draw is compared with."""
        return len(self._halves[0])

    def measure(self, images: np.ndarray, asked: np.ndarray | None = None) -> Measures:
        """Compare images float (n, 28, 28, 1) in [-1, 1]; `asked` (n,) are the classes that they should be of."""
        return self._measure(self._judge.read(images), asked)

    def floor(self) -> list[Measures]:
        """What `DRAWS` draws of real images get that are not in the reference; the draws share images."""
        chosen = self._halves[1]
        read, labels = self._judge.read(self._images[chosen]), self._labels[chosen]
        draws = [np.random.default_rng(number).permutation(len(chosen))[: self.draw] for number in range(DRAWS)]
        return [self._measure(read.of(draw), labels[draw]) for draw in draws]

    def _measure(self, fake: Reading, asked: np.ndarray | None) -> Measures:
        real = self._reference
        precision, recall = metrics.precision_and_recall(real.features, fake.features)
        shares = metrics.class_shares(fake.classes, self.classes)
        return Measures(
            judge_fid=metrics.frechet_distance(real.features, fake.features),
            kernel_distance=metrics.kernel_distance(real.features, fake.features),
            precision=precision,
            recall=recall,
            certain=float((fake.certainty >= CERTAIN).mean()),
            agreement=nan if asked is None else float((fake.classes == asked).mean()),
            classes=metrics.covered(shares, self._shares),
            smallest_share=float(shares.min()),
            diversity=metrics.diversity(real.features, real.classes, fake.features, fake.classes, self.classes),
        )


def find_copies(images: np.ndarray, training_images: np.ndarray, unseen_images: np.ndarray | None) -> Copying:
    """Look for copies of training images among `images`; all float (n, 28, 28, 1) in [-1, 1].

    The floor is of the unseen real images, or without them of training images from the other training images.
    """
    images, training_images = _flat(images[:COPIES_OF]), _flat(training_images)
    fake = metrics.nearest_distances(images, training_images)
    if unseen_images is None:
        floor = metrics.nearest_distances(training_images[:COPIES_OF], training_images, nth=2)  # the first is itself
    else:
        floor = metrics.nearest_distances(_flat(unseen_images[:COPIES_OF]), training_images)
    return Copying(float(np.median(fake)), float(np.median(floor)), metrics.copies(fake, floor))


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)
