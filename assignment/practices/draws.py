"""Chance within a compiled update, that follows from the seed, the purpose and the steps done: nothing to keep."""

from __future__ import annotations

from enum import IntEnum

import tensorflow as tf

from assignment.training.gan import Gan


class Purpose(IntEnum):
    """What a draw is for; the numbers are part of every run's result and never change their meaning."""

    NOISE_ON_REALS = 1
    NOISE_ON_FAKES = 2
    FLIPPED_REALS = 3
    FLIPPED_FAKES = 4
    FORGOTTEN = 5
    RECALLED = 6
    BETWEEN = 7


def place(gan: Gan, seed: int, purpose: Purpose) -> tf.Tensor:
    """The seed, int32 (2,), of TensorFlow's stateless draws for one purpose in the discriminator's step under way.

    Its steps are counted, and not the updates, since it may learn several times in one.
    """
    steps = tf.cast(tf.convert_to_tensor(gan.discriminator.optimizer.iterations), tf.int32)
    return tf.stack([seed * len(Purpose) + purpose, steps])


def updates_done(gan: Gan) -> tf.Tensor:
    """How many updates the generator has had, int32: checkpoints keep it."""
    return tf.cast(tf.convert_to_tensor(gan.combined.optimizer.iterations), tf.int32)
