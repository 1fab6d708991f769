"""The judge: a classifier of our own, trained on the training images of a data set, that measures generated images."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

from assignment.data.dataset import CLASS_COUNT

CODE_VERSION = 2  # of the judge's network and training; judges of other versions are trained again
BATCH_SIZE = 128
PEAK_LEARNING_RATE = 2e-3  # of Adam; falls to 0 along a cosine, so that few epochs suffice
EPOCHS = 5  # under three minutes on two cores; twelve recognize another 0.6 % of the garments
IMAGES_PER_BATCH = 500  # when reading images; limits the memory


class Reading(NamedTuple):
    """What a judge reads in n images.

    features: float32 (n, 128).
    classes: (n,), the recognized class of each image.
    confidence: (n,), the probability of the recognized class, in 0.1..1.
    """

    features: np.ndarray
    classes: np.ndarray
    confidence: np.ndarray

    def select(self, indices: np.ndarray) -> Reading:
        """Return the reading of the images at `indices`."""
        return Reading(*(values[indices] for values in self))


class Judge:
    """A classifier from `train_classifier`, ready to read images."""

    def __init__(self, classifier: keras.Model):
        self.classifier = classifier
        features = classifier.get_layer("features").output
        self._reader = keras.Model(classifier.inputs[0], [features, classifier.outputs[0]])

    def read(self, images: np.ndarray) -> Reading:
        """Return features, classes and confidence of images float32 (n, 28, 28, 1) in [-1, 1]."""
        features, probabilities = self._reader.predict(images, batch_size=IMAGES_PER_BATCH, verbose=0)
        return Reading(features, probabilities.argmax(axis=1), probabilities.max(axis=1))

    def fingerprint(self) -> str:
        """Return the first 12 digits of the SHA-256 of the weights; metrics compare only under the same judge."""
        weights = self.classifier.get_weights()
        return hashlib.sha256(b"".join(weight.tobytes() for weight in weights)).hexdigest()[:12]

    def accuracy(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of the images that are recognized as their labels (n,)."""
        return float((self.read(images).classes == labels).mean())


def build_classifier(seed: int) -> keras.Model:
    """Build the judge's network: images (n, 28, 28, 1) in [-1, 1] to probabilities (n, 10), through 128 `features`."""
    keras.utils.set_random_seed(seed)
    image = values = keras.Input((28, 28, 1), name="image")
    for filters in (32, 64):
        values = layers.Conv2D(filters, 3, padding="same", activation="relu")(values)
        values = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(values)
        values = layers.BatchNormalization(momentum=0.9)(values)  # the averages must converge in a short training
    values = layers.Dropout(0.3)(layers.Flatten()(values))  # (n, 3136)
    features = layers.Dense(128, activation="relu", name="features")(values)
    probabilities = layers.Dense(CLASS_COUNT, activation="softmax", name="class")(layers.Dropout(0.3)(features))
    return keras.Model(image, probabilities, name="judge")


def train_classifier(
    images: np.ndarray,
    labels: np.ndarray,
    epochs: int,
    seed: int = 0,
    on_progress: Callable[[float], None] = lambda share: None,
) -> keras.Model:
    """Train the judge's network on real images, float32 (n, 28, 28, 1) in [-1, 1], and their labels (n,).

    `on_progress` is called after every update with the share of the training that is done, in 0..1.
    """
    classifier = build_classifier(seed)
    updates = epochs * -(-len(images) // BATCH_SIZE)
    learning_rate = keras.optimizers.schedules.CosineDecay(PEAK_LEARNING_RATE, updates)
    classifier.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    progress = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: on_progress(int(classifier.optimizer.iterations) / updates)
    )
    classifier.fit(images, labels, batch_size=BATCH_SIZE, epochs=epochs, verbose=0, callbacks=[progress])
    return classifier
