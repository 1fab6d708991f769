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

    There are no labels between two labels, so the walk is a straight line between their embeddings, in every layer that
    has one.
    """
    embeddings = [layer for layer in generator.layers if isinstance(layer, keras.layers.Embedding)]
    noise_input = generator.inputs[0]
    from_embeddings = keras.Model([noise_input, *(layer.output for layer in embeddings)], generator.outputs[0])
    walked = [_walk_around(layer.get_weights()[0])[:, np.newaxis] for layer in embeddings]  # (100, 1, size) each
    noise = np.repeat(noise, CLASS_COUNT * STEPS, axis=0)  # (100, latent_dim)
    return from_embeddings([noise, *walked], training=False).numpy()


def _walk_around(vectors: np.ndarray) -> np.ndarray:
    """Return a straight walk from each of the vectors (10, size) to the next, (10 * STEPS, size)."""
    following = np.roll(vectors, -1, axis=0)
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[:, np.newaxis]  # (10, 1)
    return np.concatenate([(1 - share) * one + share * other for one, other in zip(vectors, following)])
