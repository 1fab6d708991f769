"""Walks through the generator's inputs: between two noise vectors for each label, and between labels with fixed noise.

They show whether the generator has learned a continuous space or memorized images: each image should differ a little
from the one before, and all should look real (Radford et al. 2016, section 6.1).
"""

from __future__ import annotations

import keras
import numpy as np

from assignment.data.dataset import CLASS_COUNT
from assignment.training.latent import great_circle

STEPS = 10  # images in a row


def noise_walk(generator: keras.Model, ends: np.ndarray) -> np.ndarray:
    """Return images along one great circle of noise, float (10 * STEPS, 28, 28, 1) in [-1, 1]: one row per label.

    ends: two noise vectors (2, latent_dim). A straight line between them passes closer to 0 than almost any noise in
    training; a great circle keeps its distance (White 2016, "Sampling Generative Networks").
    """
    start, end = ends
    noise = np.tile(great_circle(start, end, STEPS), (CLASS_COUNT, 1))  # (100, latent_dim)
    labels = np.repeat(np.arange(CLASS_COUNT, dtype=np.int32), STEPS)[:, np.newaxis]  # (100, 1)
    return generator([noise, labels], training=False).numpy()


def label_walk(generator: keras.Model, noise: np.ndarray) -> np.ndarray:
    """Return images from each label to the next for one noise vector (1, latent_dim), float (10 * STEPS, 28, 28, 1).

    There are no labels between two labels, so the walk is a straight line between their embeddings.
    """
    embedding = generator.get_layer("label_embedding")
    from_embedding = keras.Model([generator.inputs[0], embedding.output], generator.outputs[0])
    vectors = embedding.get_weights()[0]  # (10, size)
    following = np.roll(vectors, -1, axis=0)
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[:, np.newaxis]  # (10, 1)
    walked = np.concatenate([(1 - share) * one + share * other for one, other in zip(vectors, following)])  # (100, s)
    noise = np.repeat(noise, len(walked), axis=0)  # (100, latent_dim)
    return from_embedding([noise, walked[:, np.newaxis]], training=False).numpy()
