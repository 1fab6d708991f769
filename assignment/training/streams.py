"""Every random number of a run, drawn from the seed and a named position, so that no random state has to be saved.

Each draw names its purpose and, where it has one, the epoch and the update. The same names give the same numbers in any
process.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

GENERATOR, DISCRIMINATOR = 3, 5  # the stream of each network's initial weights, numbered as the sheet's steps


class Purpose(IntEnum):
    """What a stream is for. The numbers are part of every run's result: never change their meaning."""

    INITIAL_WEIGHTS = 1
    IMAGE_ORDER = 2
    TRAINING_NOISE = 3
    GRID_NOISE = 4
    PROOF_NOISE = 5  # of the freeze proof
    TRAINING_LABELS = 6
    WALK_NOISE = 7  # the end points of latent walks
    SAMPLE_NOISE = 8  # of samples from a saved generator
    EVALUATION_NOISE = 9
    MEMORIZATION_NOISE = 10
    HELD_OUT_IMAGES = 11
    PLANE = 12  # through the latent space, drawn at every grid


def stream(seed: int, purpose: Purpose, *position: int) -> np.random.Generator:
    """Return the random stream of one purpose at one position (an epoch, an update, a network)."""
    return np.random.default_rng([seed, purpose, *position])


def draw_noise(seed: int, purpose: Purpose, *position: int, count: int, latent_dim: int) -> np.ndarray:
    """Return noise N(0, 1), float32 (count, latent_dim)."""
    return stream(seed, purpose, *position).standard_normal((count, latent_dim), np.float32)


def image_order(seed: int, epoch: int, count: int) -> np.ndarray:
    """Return a random order of `count` images for one epoch, int (count,); every image occurs once."""
    return stream(seed, Purpose.IMAGE_ORDER, epoch).permutation(count)


def training_labels(seed: int, epoch: int, update: int, count: int, classes: int) -> np.ndarray:
    """Return the labels of one update's fakes, int32 (count, 1).

    Every class occurs equally often; if `classes` does not divide `count`, the remainder is drawn at random.
    """
    random = stream(seed, Purpose.TRAINING_LABELS, epoch, update)
    full_rounds = np.arange(count - count % classes) % classes
    remainder = random.choice(classes, count % classes, replace=False)
    return random.permutation(np.concatenate([full_rounds, remainder])).astype(np.int32)[:, np.newaxis]


def seed_initial_weights(seed: int, network: int) -> None:
    """Seed Keras' initializers for the next network to be built; `network` is GENERATOR or DISCRIMINATOR."""
    import keras  # here, because the other streams need no Keras

    keras.utils.set_random_seed(int(stream(seed, Purpose.INITIAL_WEIGHTS, network).integers(2**31)))
