"""GAN-train and GAN-test: accuracies of a classifier that learned from generated images, and of the judge on them.

GAN-train is the accuracy on real images of a classifier that was trained on generated ones, so a generator that draws
only typical images scores low. GAN-test is the reverse: the accuracy on generated images of a classifier that was
trained on real ones, our judge.
Source: Shmelkov et al. 2018, "How good is my GAN?", section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from assignment.evaluation.judge import Judge
from assignment.evaluation.judge_training import Recipe, train_classifier

GAN_TRAIN_IMAGES = 20_000  # to train on; with 60,000 it would take three times as long
RECIPE = Recipe(epochs=5)  # without shifts, which would add to the variety of the generated images


class GanTrainScores(NamedTuple):
    """GAN-train and GAN-test of a generator, in 0..1, and what real images score in place of its images."""

    gan_train: float
    gan_test: float
    real_train: float
    real_test: float


def gan_train(
    images: np.ndarray,
    labels: np.ndarray,
    test_images: np.ndarray,
    test_labels: np.ndarray,
    on_progress: Callable[[float], None] = lambda share: None,
) -> float:
    """Train a classifier on `images` with `labels`; return the share of the real test images that it recognizes.

    images, test_images: float32 (n, 28, 28, 1) in [-1, 1]; labels, test_labels: (n,).
    on_progress: called after every update with the share of the training that is done, in 0..1.
    """
    classifier = train_classifier(images, labels, RECIPE, on_progress=on_progress)
    return Judge(classifier).accuracy(test_images, test_labels)
