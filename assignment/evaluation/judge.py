"""A classifier of our own that judges generators, trained on the real training images and tested on the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from assignment.evaluation.metrics import agreement, frechet_distance, precision_and_recall

CLASSES = 10
BATCH = 128
PEAK_RATE = 2e-3  # of Adam; it falls to 0 along a cosine, by which four epochs suffice for 0.993 on MNIST
AT_A_TIME = 500
COMPARED = 5_000  # images on either side for precision and recall, which take every pair of them


class Verdict(NamedTuple):
    """What the judge says of a generator.

    `agreement` is the share of images recognised as the class that was asked for, and `worst` that of the class where
    it is lowest; `distance` is the Fréchet distance in the judge's features (not the published FID); `precision` and
    `recall` are those of k-nearest neighbours.
    """

    agreement: float
    worst: float
    distance: float
    precision: float
    recall: float


class Judge:
    """A trained classifier, and the real test images as it sees them."""

    def __init__(self, classifier: keras.Model, test_images: np.ndarray, test_labels: np.ndarray):
        """test_images: float32 (n, 28, 28, 1) in [-1, 1]; test_labels: (n,)."""
        features = classifier.get_layer("features").output
        self._reader = keras.Model(classifier.inputs[0], [features, classifier.outputs[0]])
        self._real, recognised = self.read(test_images)
        self.accuracy = float((recognised == test_labels).mean())

    def read(self, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The features (n, 128) of images (n, 28, 28, 1) in [-1, 1], and the classes they are recognised as, (n,)."""
        features, probabilities = self._reader.predict(images, batch_size=AT_A_TIME, verbose=0)
        return features, probabilities.argmax(axis=1)

    def judge(self, draw: Callable[[np.ndarray], np.ndarray], count: int = 10_000) -> Verdict:
        """Judge what `draw` makes of labels int32 (count, 1), which are of every class as often."""
        asked = np.arange(count, dtype=np.int32) % CLASSES
        fake, recognised = self.read(draw(asked[:, np.newaxis]))
        shares = agreement(asked, recognised, CLASSES)
        precision, recall = precision_and_recall(self._real[:COMPARED], fake[:COMPARED])
        distance = frechet_distance(self._real, fake)
        return Verdict(float(shares.mean()), float(shares.min()), distance, precision, recall)


def build_classifier(seed: int) -> keras.Model:
    """The judge's network: images (n, 28, 28, 1) in [-1, 1] to probabilities (n, 10), through 128 `features`."""
    keras.utils.set_random_seed(seed)
    image = values = keras.Input((28, 28, 1), name="image")
    for filters in (32, 64):
        values = layers.Conv2D(filters, 3, padding="same", activation="relu")(values)
        values = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(values)
        values = layers.BatchNormalization(momentum=0.9)(values)  # its averages follow a short training, too
    values = layers.Dropout(0.3)(layers.Flatten()(values))  # (n, 3136)
    features = layers.Dense(128, activation="relu", name="features")(values)
    probabilities = layers.Dense(CLASSES, activation="softmax", name="class")(layers.Dropout(0.3)(features))
    return keras.Model(image, probabilities, name="judge")


def train_classifier(images: np.ndarray, labels: np.ndarray, epochs: int, seed: int = 0) -> keras.Model:
    """Train the judge's network on real images, float32 (n, 28, 28, 1) in [-1, 1], and their labels (n,)."""
    classifier = build_classifier(seed)
    rate = keras.optimizers.schedules.CosineDecay(PEAK_RATE, epochs * -(-len(images) // BATCH))
    classifier.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(rate))
    classifier.fit(images, labels, batch_size=BATCH, epochs=epochs, verbose=0)
    return classifier
