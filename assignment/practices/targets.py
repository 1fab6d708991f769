"""What the discriminator is asked for: 1 for real images and 0 for fakes, or something near it."""

from __future__ import annotations

from functools import partial
from math import inf, isnan

import tensorflow as tf

from assignment.evaluation.health import least_smoothed_loss
from assignment.practices.draws import Purpose, place
from assignment.practices.practice import Practice, in_turn
from assignment.training.gan import Gan

SMOOTHING = 0.1  # the lecture, section 10: real is 0.9
FLIPPED = 0.05  # of all answers asked for; Chintala et al. give no number


class LabelSmoothing(Practice):
    """One-sided label smoothing: 0.9 is asked for real images, 0 for fakes as before.

    Sources: Salimans et al. 2016, section 3.4; the lecture, section 10.
    """

    def ingredients(self, ingredients, gan):
        return ingredients._replace(wanted=in_turn(ingredients.wanted, smoothed))

    def sketch(self, sketch):
        return bounded(sketch, least_smoothed_loss(SMOOTHING))


class NoisyLabels(Practice):
    """One answer in twenty is asked for the wrong way round. Source: Chintala et al. 2016, hack 6."""

    def ingredients(self, ingredients, gan):
        flip = partial(flipped, gan=gan, seed=self.setting.seed)
        return ingredients._replace(wanted=in_turn(ingredients.wanted, flip))

    def sketch(self, sketch):
        # Of both halves: a discriminator that knows all but which answers are turned round.
        return bounded(sketch, 2 * least_smoothed_loss(FLIPPED))


def smoothed(validity: tf.Tensor, real: bool) -> tf.Tensor:
    """`validity` (n, 1) with its 1 as 0.9; a fake's 0 stays."""
    return validity * (1 - SMOOTHING)


def flipped(validity: tf.Tensor, real: bool, *, gan: Gan, seed: int) -> tf.Tensor:
    """`validity` (n, 1), a share `FLIPPED` of it, drawn anew at every update, turned round: v as 1 - v."""
    purpose = Purpose.FLIPPED_REALS if real else Purpose.FLIPPED_FAKES
    chosen = tf.random.stateless_uniform(tf.shape(validity), place(gan, seed, purpose)) < FLIPPED
    return tf.where(chosen, 1 - validity, validity)


def bounded(sketch, least: float):
    """`sketch` with the least that the discriminator's cross-entropy can be, in nats.

    Of another loss, or beside another change of what is asked for, no bound is known, and none is watched.
    """
    plain = sketch.scale.least_loss == 0 and not isnan(sketch.scale.undecided)
    return sketch._replace(scale=sketch.scale._replace(least_loss=least if plain else -inf))
