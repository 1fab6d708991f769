"""Walks through what the generator has learned: between noises with the label fixed, between labels with the noise.

What is walked through shows whether the generator has learned a space or a list: images should change little by
little, and be whole on the way (Radford et al. 2016, section 6.1).
"""

from __future__ import annotations

import keras
import numpy as np

from assignment.conditional.networks import CLASSES
from assignment.training.latent import great_circle

STEPS = 10  # images in a row


def noise_walk(generator: keras.Model, ends: np.ndarray) -> np.ndarray:
    """Every label along one great circle of noise, float (10 * STEPS, 28, 28, 1) in [-1, 1]: a row each.

    ends: two noises (2, latent_dim). A straight line between them would pass nearer to 0 than almost any noise that
    the generator was trained on; a great circle stays at its distance (White 2016, "Sampling Generative Networks").
    """
    noise = np.tile(great_circle(*ends, STEPS), (CLASSES, 1))  # (100, latent_dim)
    labels = np.repeat(np.arange(CLASSES, dtype=np.int32), STEPS)[:, np.newaxis]  # (100, 1)
    return generator([noise, labels], training=False).numpy()


def label_walk(generator: keras.Model, noise: np.ndarray) -> np.ndarray:
    """From every label to the next on one noise (1, latent_dim), float (10 * STEPS, 28, 28, 1): a row each.

    Between two labels there is none to give; the walk goes between their embeddings, in a straight line.
    """
    embedding = generator.get_layer("label_embedding")
    from_embedding = keras.Model([generator.inputs[0], embedding.output], generator.outputs[0])
    vectors = embedding.get_weights()[0]  # (10, size)
    following = np.roll(vectors, -1, axis=0)
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[:, np.newaxis]  # (10, 1)
    walked = np.concatenate([(1 - share) * one + share * other for one, other in zip(vectors, following)])  # (100, s)
    noises = np.repeat(noise, len(walked), axis=0)  # (100, latent_dim)
    return from_embedding([noises, walked[:, np.newaxis]], training=False).numpy()
