"""Compare generated images with real ones in a judge's features.

A fixed shuffle splits the real images into two halves. The first half is the reference: generated images are compared
with it. Images of the second half are compared with it as well, in draws of the same size. Their scores are the floor,
which a generator does not have to beat.
"""

from __future__ import annotations

from math import nan

import numpy as np

from assignment.errors import AssignmentError
from assignment.evaluation import metrics
from assignment.evaluation.judge import Judge, Reading
from assignment.evaluation.scores import CONFIDENCE, Scores

IMAGES_PER_DRAW = 2_000
DRAW_COUNT = 5  # draws at the end of a training: 10,000 images


class Comparison:
    """Real images as a judge reads them, to compare generated images with.

    classes: the sorted labels of the real images.
    draw_size: number of images to compare at once.
    """

    def __init__(self, judge: Judge, real_images: np.ndarray, real_labels: np.ndarray):
        """real_images: float32 (n, 28, 28, 1) in [-1, 1], n at least 8; real_labels: (n,)."""
        self._judge = judge
        order = np.random.default_rng(0).permutation(len(real_images))
        self._halves = np.split(order, [len(order) // 2])
        self._images, self._labels = real_images, real_labels
        self.classes = np.unique(real_labels)
        self._reference = judge.read(real_images[self._halves[0]])
        if not np.isfinite(self._reference.features).all():
            raise AssignmentError(
                "the judge reads NaN or infinite values in real images, so its training diverged; delete the folder"
                " gan-assignment in Keras' folder, and the next run trains it again."
            )
        self._real_features = metrics.Features(self._reference.features)
        self._real_distances = metrics.class_distances(self._reference.features, self._reference.classes, self.classes)
        self._real_shares = metrics.class_shares(real_labels, self.classes)
        self.draw_size = min(IMAGES_PER_DRAW, len(order) // 2)

    @property
    def reference_size(self) -> int:
        """The number of real images that every draw is compared with."""
        return len(self._halves[0])

    def measure(self, images: np.ndarray, expected_classes: np.ndarray | None = None) -> Scores:
        """Return the scores of images float (n, 28, 28, 1) in [-1, 1].

        expected_classes: (n,), the class that each image should show; None if there is none.
        Raises NotFinite if an image has a NaN or infinite value.
        """
        metrics.check_finite(images)  # a judge may read finite features from them
        return self._score(self._judge.read(images), expected_classes)

    def measure_real(self) -> list[Scores]:
        """Return the scores of `DRAW_COUNT` draws of real images outside the reference; the draws share images."""
        second_half = self._halves[1]
        reading, labels = self._judge.read(self._images[second_half]), self._labels[second_half]
        draws = [
            np.random.default_rng(number).permutation(len(second_half))[: self.draw_size]
            for number in range(DRAW_COUNT)
        ]
        return [self._score(reading.select(draw), labels[draw]) for draw in draws]

    def _score(self, fake: Reading, expected_classes: np.ndarray | None) -> Scores:
        metrics.check_finite(fake.confidence)
        real_features, fake_features = self._real_features, metrics.Features(fake.features)
        precision, recall = metrics.precision_and_recall(real_features, fake_features)
        fake_distances = metrics.class_distances(fake.features, fake.classes, self.classes)
        shares = metrics.class_shares(fake.classes, self.classes)
        return Scores(
            judge_fid=metrics.frechet_distance(real_features, fake_features),
            kernel_distance=metrics.kernel_distance(real_features, fake_features),
            precision=precision,
            recall=recall,
            confident=float((fake.confidence >= CONFIDENCE).mean()),
            agreement=nan if expected_classes is None else float((fake.classes == expected_classes).mean()),
            classes=metrics.count_covered_classes(shares, self._real_shares),
            smallest_share=float(shares.min()),
            diversity=metrics.diversity(self._real_distances, fake_distances),
        )
