"""The judge: a classifier of our own that measures generated images by what it reads in them."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from assignment.data.dataset import CLASS_COUNT

# 357,994 weights: 1.4 MB in float32, and 10,000 images are read in about a second on two cores.
CONVOLUTIONS = ((32, 1), (48, 2), (64, 1), (96, 2), (128, 1))  # filters and strides
FEATURES = 128
DROPOUT = 0.3  # usual for a network of this size
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
    """A trained classifier from `build_classifier`, ready to read images."""

    def __init__(self, classifier: keras.Model):
        self.classifier = classifier
        reader = keras.Model(classifier.inputs[0], [classifier.get_layer("features").output, classifier.outputs[0]])
        # One graph for batches of any size. `predict` would take twice as long: it waits for its input pipeline.
        self._read_batch = tf.function(
            lambda images: reader(images, training=False), [tf.TensorSpec((None, 28, 28, 1))], autograph=False
        )

    def read(self, images: np.ndarray) -> Reading:
        """Return features, classes and confidence of images float32 (n, 28, 28, 1) in [-1, 1]."""
        batches = np.split(images, range(IMAGES_PER_BATCH, len(images), IMAGES_PER_BATCH))
        outputs = [self._read_batch(tf.constant(batch, tf.float32)) for batch in batches]
        features, probabilities = (np.concatenate(values) for values in zip(*outputs))
        return Reading(features, probabilities.argmax(axis=1), probabilities.max(axis=1))

    def fingerprint(self) -> str:
        """Return the first 12 digits of the SHA-256 of the weights; metrics compare only under the same judge."""
        weights = self.classifier.get_weights()
        return hashlib.sha256(b"".join(weight.tobytes() for weight in weights)).hexdigest()[:12]

    def accuracy(self, images: np.ndarray, labels: np.ndarray) -> float:
        """Return the share of the images that are recognized as their labels (n,)."""
        return float((self.read(images).classes == labels).mean())


def build_classifier(seed: int = 0) -> keras.Model:
    """Build the judge's network: images (n, 28, 28, 1) in [-1, 1] to probabilities (n, 10), through 128 `features`."""
    keras.utils.set_random_seed(seed)
    image = values = keras.Input((28, 28, 1), name="image")
    for number, (filters, strides) in enumerate(CONVOLUTIONS, start=1):
        convolution = layers.Conv2D(filters, 3, strides, padding="same", use_bias=False, name=f"convolution_{number}")
        # The averages must converge in the shortest training, of some hundred updates.
        normalization = layers.BatchNormalization(momentum=0.95, name=f"normalization_{number}")
        values = layers.ReLU()(normalization(convolution(values)))
    values = layers.AveragePooling2D(3, strides=2)(values)  # (n, 3, 3, 128): where something is, but not exactly
    values = layers.Dropout(DROPOUT)(layers.Flatten()(values))  # (n, 1152)
    features = layers.Dense(FEATURES, activation="relu", name="features")(values)
    probabilities = layers.Dense(CLASS_COUNT, activation="softmax", name="class")(layers.Dropout(DROPOUT)(features))
    return keras.Model(image, probabilities, name="judge")
