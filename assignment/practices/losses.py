"""Practices that replace cross-entropy.

Their losses take y_true (n, 1), 1 for real and 0 for fake, and y_pred (n, 1), which may be any number.
"""

from __future__ import annotations

from functools import partial
from math import inf, nan

import keras
import tensorflow as tf

from assignment.practices.architecture import with_linear_output
from assignment.practices.penalties import gradient_penalty
from assignment.practices.practice import Practice
from assignment.practices.updates import joint_step
from assignment.practices.view import TrainingView
from assignment.training.gan import Gan, compile_losses
from assignment.training.steps import DiscriminatorBatch, Ingredients


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
        return ingredients._replace(discriminator_step=joint_step, penalty=penalty)

    def training_view(self, view: TrainingView) -> TrainingView:
        loss_unit = "the critic's outputs, without the penalty"
        return with_other_loss(view, loss_unit=loss_unit, loss_name="critic's output", minimum_loss=-inf)


class Relativistic(Practice):
    """Cross-entropy of pairs: the output for a real image minus that for a fake is the logit of "the first is real".

    Sources: Jolicoeur-Martineau 2018, section 4.1; Huang et al. 2024 (R3GAN), which adds `r1` and `r2`.
    """

    def discriminator(self, network: keras.Model) -> keras.Model:
        return with_linear_output(network)

    def compiled(self, gan: Gan) -> Gan:
        losses = (keras.losses.BinaryCrossentropy(from_logits=True) for _ in range(2))
        return compile_losses(gan, discriminator_loss=next(losses), generator_loss=next(losses))

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        return ingredients._replace(
            discriminator_step=joint_step,
            discriminator_losses=relativistic_losses,
            generator_loss=relativistic_generator_loss,
        )

    def training_view(self, view: TrainingView) -> TrainingView:
        return view._replace(loss_unit="nats, of pairs; 0.693 where the discriminator is undecided")


def relativistic_losses(
    gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, real_output: tf.Tensor, fake_output: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the loss of the pairs of a real image and a fake, twice: it belongs to both halves of a pair.

    The step trains on their sum, twice the loss, so `r1` and `r2` weigh half as much as with cross-entropy.
    """
    loss = gan.discriminator.compute_loss(y=tf.ones_like(real_output), y_pred=real_output - fake_output)
    return loss, loss


def relativistic_generator_loss(
    gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, output: tf.Tensor
) -> tf.Tensor:
    """Return the loss of the same pairs with the opposite target: the fake should have the larger output."""
    real_output = gan.discriminator(gan.discriminator_inputs(reals.images, reals.labels), training=True)
    return gan.combined.compute_loss(y=tf.ones_like(output), y_pred=output - real_output)


def with_other_loss(view: TrainingView, *, loss_unit: str, loss_name: str, minimum_loss: float) -> TrainingView:
    """Return `view` for losses that are not cross-entropies: with their unit, name and minimum, and no line at ln 2."""
    return view._replace(
        plot=partial(view.plot, loss_name=loss_name, undecided_line=False),
        loss_unit=loss_unit,
        thresholds=view.thresholds._replace(undecided_loss=nan, minimum_loss=minimum_loss),
    )
