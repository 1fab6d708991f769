"""Every random number of a run, from its seed and its place alone, so that there is no hidden stream to lose.

Each draw names its purpose, the epoch and the update; the same names give the same numbers in any process.
"""

from __future__ import annotations

from enum import IntEnum

import keras
import numpy as np

GENERATOR, DISCRIMINATOR = 3, 5  # each network's own stream of initial weights, numbered as the assignment's steps


class Purpose(IntEnum):
    """What a stream is for; the numbers are part of every run's result and never change their meaning."""

    INITIAL_WEIGHTS = 1
    IMAGE_ORDER = 2
    TRAINING_NOISE = 3
    SAMPLE_NOISE = 4
    PROOF_NOISE = 5
    TRAINING_LABELS = 6
    WALK_NOISE = 7
    LATER_NOISE = 8
    EVALUATION_NOISE = 9


def stream(seed: int, purpose: Purpose, *place: int) -> np.random.Generator:
    """The random stream of one purpose at one place (an epoch, an update, a network)."""
    return np.random.default_rng([seed, purpose, *place])


def image_order(seed: int, epoch: int, count: int) -> np.ndarray:
    """A fresh order of `count` images for one epoch, int (count,): every image once."""
    return stream(seed, Purpose.IMAGE_ORDER, epoch).permutation(count)


def training_noise(seed: int, epoch: int, update: int, count: int, latent_dim: int) -> np.ndarray:
    """The noise of one update, N(0, 1), float32 (count, latent_dim)."""
    return stream(seed, Purpose.TRAINING_NOISE, epoch, update).standard_normal((count, latent_dim), np.float32)


def training_labels(seed: int, epoch: int, update: int, count: int, classes: int) -> np.ndarray:
    """The labels that one update asks its fakes for, int32 (count, 1): every class as often, the odd ones by chance."""
    random = stream(seed, Purpose.TRAINING_LABELS, epoch, update)
    whole_rounds = np.arange(count - count % classes) % classes
    odd_ones = random.choice(classes, count % classes, replace=False)
    return random.permutation(np.concatenate([whole_rounds, odd_ones])).astype(np.int32)[:, np.newaxis]


def sample_noise(seed: int, count: int, latent_dim: int) -> np.ndarray:
    """The fixed noise of every grid of a run, N(0, 1), float32 (count, latent_dim)."""
    return stream(seed, Purpose.SAMPLE_NOISE).standard_normal((count, latent_dim), np.float32)


def walk_noise(seed: int, count: int, latent_dim: int) -> np.ndarray:
    """The points that a run's latent walks pass, N(0, 1), float32 (count, latent_dim)."""
    return stream(seed, Purpose.WALK_NOISE).standard_normal((count, latent_dim), np.float32)


def later_noise(seed: int, label: int, count: int, latent_dim: int) -> np.ndarray:
    """The noise of samples taken from a saved generator, N(0, 1), float32 (count, latent_dim), others at each label."""
    return stream(seed, Purpose.LATER_NOISE, label).standard_normal((count, latent_dim), np.float32)


def evaluation_noise(seed: int, epoch: int, draw: int, count: int, latent_dim: int) -> np.ndarray:
    """The noise of one draw that is measured, N(0, 1), float32 (count, latent_dim), by epoch and draw."""
    return stream(seed, Purpose.EVALUATION_NOISE, epoch, draw).standard_normal((count, latent_dim), np.float32)


def seed_initial_weights(seed: int, network: int) -> None:
    """Seed Keras' initializers for the network about to be built; `network` tells a run's networks apart."""
    keras.utils.set_random_seed(int(stream(seed, Purpose.INITIAL_WEIGHTS, network).integers(2**31)))


def proof_noise(seed: int, count: int, latent_dim: int) -> np.ndarray:
    """The noise of the freeze's proof, N(0, 1), float32 (count, latent_dim)."""
    return stream(seed, Purpose.PROOF_NOISE).standard_normal((count, latent_dim), np.float32)
