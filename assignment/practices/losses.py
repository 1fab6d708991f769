"""Practices that replace cross-entropy.

Their losses take y_true (n, 1), 1 for real and 0 for fake, and y_pred (n, 1), which may be any number.
"""

from __future__ import annotations

from functools import partial
from math import inf, nan

import keras
import tensorflow as tf

from assignment.practices.architecture import with_linear_output
from assignment.practices.draws import Purpose, draw_seed
from assignment.practices.practice import Practice
from assignment.practices.updates import joint_step
from assignment.practices.view import TrainingView
from assignment.training.gan import Gan
from assignment.training.steps import DiscriminatorBatch, Ingredients

PENALTY_WEIGHT = 10.0  # Gulrajani et al. 2017, algorithm 1
EPSILON = 1e-12  # the derivative of a square root is infinite at 0


@keras.saving.register_keras_serializable("assignment")
class CriticLoss(keras.losses.Loss):
    """The critic loss: -y_pred if the target is real, y_pred if it is fake. Source: Arjovsky et al. 2017."""

    def __init__(self) -> None:
        super().__init__(name="critic_loss")

    def call(self, y_true, y_pred):
        return keras.ops.mean((1 - 2 * y_true) * y_pred, axis=-1)

    def get_config(self):
        return {}


@keras.saving.register_keras_serializable("assignment")
class HingeLoss(CriticLoss):
    """The hinge loss: max(0, 1 - y_pred) if the target is real, max(0, 1 + y_pred) if it is fake.

    Source: Lim and Ye 2017.
    """

    def __init__(self) -> None:
        super().__init__()
        self.name = "hinge_loss"

    def call(self, y_true, y_pred):
        return keras.ops.mean(keras.ops.relu(1 + (1 - 2 * y_true) * y_pred), axis=-1)


class Hinge(Practice):
    """The hinge loss for the discriminator, and the critic loss for the generator. Source: Lim and Ye 2017."""

    def discriminator(self, network: keras.Model) -> keras.Model:
        return with_linear_output(network)

    def compiled(self, gan: Gan) -> Gan:
        return compile_losses(gan, discriminator_loss=HingeLoss(), generator_loss=CriticLoss())

    def training_view(self, view: TrainingView) -> TrainingView:
        loss_unit = "hinge loss; 1 where the discriminator is undecided"
        return with_other_loss(view, loss_unit=loss_unit, loss_name="hinge loss", minimum_loss=0.0)


class LeastSquares(Practice):
    """Squared errors against 1 and 0. Source: Mao et al. 2017, section 3.2 (with its a = 0, b = c = 1)."""

    def discriminator(self, network: keras.Model) -> keras.Model:
        return with_linear_output(network)

    def compiled(self, gan: Gan) -> Gan:
        squared_error = keras.losses.MeanSquaredError
        return compile_losses(gan, discriminator_loss=squared_error(), generator_loss=squared_error())

    def training_view(self, view: TrainingView) -> TrainingView:
        loss_unit = "squared error; 0.25 where the discriminator is undecided"
        return with_other_loss(view, loss_unit=loss_unit, loss_name="squared error", minimum_loss=0.0)


class Wasserstein(Practice):
    """The critic loss with a gradient penalty; the critic takes one step on real images and fakes together.

    In the paper the critic is updated five times for each generator update; here `several-updates` can be added.
    Sources: Arjovsky et al. 2017; Gulrajani et al. 2017, algorithm 1.
    """

    def discriminator(self, network: keras.Model) -> keras.Model:
        return with_linear_output(network)

    def compiled(self, gan: Gan) -> Gan:
        return compile_losses(gan, discriminator_loss=CriticLoss(), generator_loss=CriticLoss())

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        penalty = partial(gradient_penalty, seed=self.context.seed)
        return ingredients._replace(discriminator_step=partial(joint_step, penalty=penalty), penalty=penalty)

    def training_view(self, view: TrainingView) -> TrainingView:
        loss_unit = "the critic's outputs, without the penalty"
        return with_other_loss(view, loss_unit=loss_unit, loss_name="critic's output", minimum_loss=-inf)


def compile_losses(gan: Gan, *, discriminator_loss: keras.losses.Loss, generator_loss: keras.losses.Loss) -> Gan:
    """Compile `gan` with other losses and the same optimizers, and return it."""
    gan.discriminator.compile(loss=discriminator_loss, optimizer=gan.discriminator.optimizer)
    gan.combined.compile(loss=generator_loss, optimizer=gan.combined.optimizer)
    return gan


def gradient_penalty(gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, *, seed: int) -> tf.Tensor:
    """Return `PENALTY_WEIGHT` times the mean squared distance of the critic's gradient norms from 1.

    The gradients are taken at a random point between each real image and its fake. A conditional critic receives the
    real image's label there, though the fake may have another one.
    Source: Gulrajani et al. 2017, section 4.
    """
    count = tf.shape(reals.images)[0]
    fraction = tf.random.stateless_uniform((count, 1, 1, 1), draw_seed(gan, seed, Purpose.PENALTY_POINTS))
    points = fraction * reals.images + (1 - fraction) * fakes.images  # (n, 28, 28, 1)
    with tf.GradientTape() as tape:
        tape.watch(points)
        output = gan.discriminator(gan.discriminator_inputs(points, reals.labels), training=True)
    gradients = tf.cast(tape.gradient(output, points), tf.float32)
    norms = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=(1, 2, 3)) + EPSILON)
    return PENALTY_WEIGHT * tf.reduce_mean(tf.square(norms - 1))


def with_other_loss(view: TrainingView, *, loss_unit: str, loss_name: str, minimum_loss: float) -> TrainingView:
    """Return `view` for losses that are not cross-entropies: with their unit, name and minimum, and no line at ln 2."""
    return view._replace(
        plot=partial(view.plot, loss_name=loss_name, undecided_line=False),
        loss_unit=loss_unit,
        thresholds=view.thresholds._replace(undecided_loss=nan, minimum_loss=minimum_loss),
    )
