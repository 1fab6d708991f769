"""A classifier of our own that judges generators, trained on a data set's training images and tested on the others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import layers

CODE_VERSION = 2  # of what makes a judge; one that an earlier version made is made anew
CLASSES = 10
BATCH = 128
PEAK_RATE = 2e-3  # of Adam; it falls to 0 along a cosine, by which few epochs suffice
EPOCHS = 5  # under three minutes on two cores; twelve recognise another 0.6 % of the garments
BARS = {"mnist": 0.99, "fashion-mnist": 0.91}  # what a judge should recognise of the test images
AT_A_TIME = 500  # images


class Reading(NamedTuple):
    """What a judge sees in n images: `features` (n, 128), the `classes` (n,) that it recognises, and how sure it is.

    `certainty` (n,) is the probability, 0.1..1, that it gives to the class recognised.
    """

    features: np.ndarray
    classes: np.ndarray
    certainty: np.ndarray

    def of(self, chosen: np.ndarray) -> Reading:
        """The reading of the chosen images alone, by their places."""
        return Reading(*(values[chosen] for values in self))


class Judge:
    """A trained classifier, as `train_classifier` makes it, that tells what it sees in images."""

    def __init__(self, classifier: keras.Model):
        self.classifier = classifier
        features = classifier.get_layer("features").output
        self._reader = keras.Model(classifier.inputs[0], [features, classifier.outputs[0]])

    def read(self, images: np.ndarray) -> Reading:
        """Read images float32 (n, 28, 28, 1) in [-1, 1]."""
        features, probabilities = self._reader.predict(images, batch_size=AT_A_TIME, verbose=0)
        return Reading(features, probabilities.argmax(axis=1), probabilities.max(axis=1))

    def fingerprint(self) -> str:
        """The first 12 digits of the SHA-256 of its weights: figures of two judges are not to be compared."""
        weights = self.classifier.get_weights()
        return hashlib.sha256(b"".join(weight.tobytes() for weight in weights)).hexdigest()[:12]

    def accuracy(self, images: np.ndarray, labels: np.ndarray) -> float:
        """The share of the images that are recognised as what their labels (n,) say."""
        return float((self.read(images).classes == labels).mean())


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


def train_classifier(
    images: np.ndarray, labels: np.ndarray, epochs: int, seed: int = 0, trained: Callable[[float], None] | None = None
) -> keras.Model:
    """Train the judge's network on real images, float32 (n, 28, 28, 1) in [-1, 1], and their labels (n,).

    `trained` is told the share done, in 0..1, after every update.
    """
    classifier = build_classifier(seed)
    updates = epochs * -(-len(images) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(PEAK_RATE, updates)
    classifier.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(rate))

    def tell(batch, logs):
        if trained is not None:
            trained(int(classifier.optimizer.iterations) / updates)

    told = keras.callbacks.LambdaCallback(on_train_batch_end=tell)
    classifier.fit(images, labels, batch_size=BATCH, epochs=epochs, verbose=0, callbacks=[told])
    return classifier
