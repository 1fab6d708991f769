"""Practices that change the discriminator's targets, by default 1 for real images and 0 for fakes."""

from __future__ import annotations

from functools import partial
from math import inf, isnan

import tensorflow as tf

from assignment.evaluation.health import minimum_smoothed_loss
from assignment.practices.draws import Purpose, draw_seed
from assignment.practices.practice import Practice, in_turn
from assignment.practices.view import TrainingView
from assignment.training.gan import Gan
from assignment.training.steps import Ingredients

SMOOTHING = 0.1  # the lecture, section 10: the target for real images is 0.9
FLIPPED_SHARE = 0.05  # of all targets; Chintala et al. give no number


class LabelSmoothing(Practice):
    """One-sided label smoothing: the target is 0.9 for real images, and still 0 for fakes.

    Sources: Salimans et al. 2016, section 3.4; the lecture, section 10.
    """

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        return ingredients._replace(targets=in_turn(ingredients.targets, smooth_targets))

    def training_view(self, view: TrainingView) -> TrainingView:
        return with_minimum_loss(view, minimum_smoothed_loss(SMOOTHING))


class NoisyLabels(Practice):
    """One target in twenty is flipped. Source: Chintala et al. 2016, hack 6."""

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        flip = partial(flip_targets, gan=gan, seed=self.context.seed)
        return ingredients._replace(targets=in_turn(ingredients.targets, flip))

    def training_view(self, view: TrainingView) -> TrainingView:
        # Twice, since targets of both halves of the loss are flipped. Even a perfect discriminator cannot know which.
        return with_minimum_loss(view, 2 * minimum_smoothed_loss(FLIPPED_SHARE))


def smooth_targets(validity: tf.Tensor, real: bool) -> tf.Tensor:
    """Return targets (n, 1) with 0.9 instead of 1; 0 stays 0."""
    return validity * (1 - SMOOTHING)


def flip_targets(validity: tf.Tensor, real: bool, *, gan: Gan, seed: int) -> tf.Tensor:
    """Return targets (n, 1) of which a random `FLIPPED_SHARE` is 1 - v instead of v, others in every update."""
    purpose = Purpose.FLIPPED_REALS if real else Purpose.FLIPPED_FAKES
    flipped = tf.random.stateless_uniform(tf.shape(validity), draw_seed(gan, seed, purpose)) < FLIPPED_SHARE
    return tf.where(flipped, 1 - validity, validity)


def with_minimum_loss(view: TrainingView, minimum_loss: float) -> TrainingView:
    """Return `view` with the minimum of the discriminator's cross-entropy, in nats.

    With another loss, or if another practice has changed the targets, the minimum is unknown: -inf, so that it is not
    checked.
    """
    thresholds = view.thresholds
    known = thresholds.minimum_loss == 0 and not isnan(thresholds.undecided_loss)
    return view._replace(thresholds=thresholds._replace(minimum_loss=minimum_loss if known else -inf))
