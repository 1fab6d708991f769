"""Random draws within a compiled update. Their seeds follow from the run's seed, the purpose and the number of steps.

So a checkpoint needs no random state.
"""

from __future__ import annotations

from enum import IntEnum

import tensorflow as tf

from assignment.training.gan import Gan


class Purpose(IntEnum):
    """What a draw is for. The numbers are part of every run's result: never change their meaning."""

    NOISE_ON_REALS = 1
    NOISE_ON_FAKES = 2
    FLIPPED_REALS = 3
    FLIPPED_FAKES = 4
    REPLAY_OVERWRITTEN = 5  # which stored fakes are overwritten
    REPLAY_RECALLED = 6  # which stored fakes are used again
    PENALTY_POINTS = 7  # between real images and fakes
    MIRRORED_REALS = 8
    MIRRORED_FAKES = 9
    CHANGES_OF_REALS = 10
    CHANGES_OF_FAKES = 11


PURPOSES = 100  # more than there are, so that a new one leaves the others' draws as they are


def draw_seed(gan: Gan, seed: int, purpose: Purpose) -> tf.Tensor:
    """Return the seed of TensorFlow's stateless draws for one purpose in the current discriminator step, int32 (2,).

    The discriminator's steps count, not the updates, since one update may have several.
    """
    steps = tf.cast(tf.convert_to_tensor(gan.discriminator.optimizer.iterations), tf.int32)
    return tf.stack([seed * PURPOSES + purpose, steps])


def updates_done(gan: Gan) -> tf.Tensor:
    """Return how many updates the generator has had, int32; its optimizer counts them, and checkpoints store that."""
    return tf.cast(tf.convert_to_tensor(gan.combined.optimizer.iterations), tf.int32)
