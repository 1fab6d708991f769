"""Other losses than cross-entropy. All take y_true 1 for "real" and 0 for "fake", and any number as y_pred, (n, 1)."""

from __future__ import annotations

from functools import partial
from math import inf, nan

import keras
import tensorflow as tf

from assignment.practices.architecture import with_linear_answer
from assignment.practices.draws import Purpose, place
from assignment.practices.practice import Practice
from assignment.practices.updates import in_one_step
from assignment.training.gan import Gan
from assignment.training.steps import Shown

PENALTY = 10.0  # Gulrajani et al. 2017, algorithm 1
LEAST = 1e-12  # the slope of the root is infinite at 0


@keras.saving.register_keras_serializable("assignment")
class CriticLoss(keras.losses.Loss):
    """-y_pred for what is asked to be real, y_pred for what is asked to be fake. Source: Arjovsky et al. 2017."""

    def __init__(self):
        super().__init__(name="critic_loss")

    def call(self, y_true, y_pred):
        return keras.ops.mean((1 - 2 * y_true) * y_pred, axis=-1)

    def get_config(self):
        return {}


@keras.saving.register_keras_serializable("assignment")
class HingeLoss(CriticLoss):
    """The critic's loss, which is 0 from a margin of 1 on: max(0, 1 - y_pred) for real. Source: Lim and Ye 2017."""

    def __init__(self):
        super().__init__()
        self.name = "hinge_loss"

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.relu(1 + (1 - 2 * y_true) * y_pred), axis=-1)


class Hinge(Practice):
    """A hinge for the discriminator, and its plain answer for the generator. Source: Lim and Ye 2017."""

    def discriminator(self, network):
        return with_linear_answer(network)

    def compiled(self, gan):
        return with_losses(gan, HingeLoss(), CriticLoss())

    def sketch(self, sketch):
        return without_nats(sketch, "hinge loss; 1 where the discriminator is undecided", "hinge loss", least=0.0)


class LeastSquares(Practice):
    """Squared distances from 1 and 0. Source: Mao et al. 2017, section 3.2 (its a = 0, b = c = 1)."""

    def discriminator(self, network):
        return with_linear_answer(network)

    def compiled(self, gan):
        return with_losses(gan, keras.losses.MeanSquaredError(), keras.losses.MeanSquaredError())

    def sketch(self, sketch):
        words = "squared distance; 0.25 where the discriminator is undecided"
        return without_nats(sketch, words, "squared distance", least=0.0)


class Wasserstein(Practice):
    """A critic, one step for real and fake together, with a penalty on its slopes between them.

    Sources: Arjovsky et al. 2017; Gulrajani et al. 2017, algorithm 1. The paper's critic learns five times as often as
    its generator; here `several-updates` can be added.
    """

    def discriminator(self, network):
        return with_linear_answer(network)

    def compiled(self, gan):
        return with_losses(gan, CriticLoss(), CriticLoss())

    def ingredients(self, ingredients, gan):
        penalty = partial(gradient_penalty, seed=self.setting.seed)
        return ingredients._replace(lesson=partial(in_one_step, penalty=penalty), penalty=penalty)

    def sketch(self, sketch):
        return without_nats(sketch, "the critic's answers, without the penalty", "critic's answer", least=-inf)


def with_losses(gan: Gan, of_discriminator: keras.losses.Loss, of_generator: keras.losses.Loss) -> Gan:
    """`gan` compiled with other losses and the optimizers that it has."""
    gan.discriminator.compile(loss=of_discriminator, optimizer=gan.discriminator.optimizer)
    gan.combined.compile(loss=of_generator, optimizer=gan.combined.optimizer)
    return gan


def gradient_penalty(gan: Gan, reals: Shown, fakes: Shown, *, seed: int) -> tf.Tensor:
    """`PENALTY` times the squared distance from 1 of the critic's slopes, at a point between each real and fake image.

    A conditional critic is asked under the real image's label, though the fake may have been asked for another.
    Source: Gulrajani et al. 2017, section 4.
    """
    count = tf.shape(reals.images)[0]
    share = tf.random.stateless_uniform((count, 1, 1, 1), place(gan, seed, Purpose.BETWEEN))
    between = share * reals.images + (1 - share) * fakes.images  # (n, 28, 28, 1)
    with tf.GradientTape() as tape:
        tape.watch(between)
        answer = gan.discriminator(gan.discriminator_inputs(between, reals.labels), training=True)
    slopes = tf.cast(tape.gradient(answer, between), tf.float32)
    norms = tf.sqrt(tf.reduce_sum(tf.square(slopes), axis=(1, 2, 3)) + LEAST)
    return PENALTY * tf.reduce_mean(tf.square(norms - 1))


def without_nats(sketch, words: str, measure: str, least: float):
    """`sketch` for losses that are no cross-entropies: other words, no line at ln 2, and the least that they can be."""
    plot = partial(sketch.plot, measure=measure, undecided=False)
    return sketch._replace(plot=plot, losses=words, scale=sketch.scale._replace(undecided=nan, least_loss=least))
