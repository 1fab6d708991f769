"""Practices that change the discriminator's step, the number of its updates, or the generator's loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import nan

import keras
import numpy as np
import tensorflow as tf

from assignment.practices.practice import Practice
from assignment.practices.rewiring import last_dense
from assignment.practices.view import TrainingView
from assignment.training.freezing import unfrozen
from assignment.training.gan import Gan
from assignment.training.steps import (
    DiscriminatorBatch,
    Ingredients,
    Losses,
    Update,
    discriminator_update,
    non_saturating_loss,
    total_penalty,
)

DISCRIMINATOR_UPDATES = 3  # for each generator update; Gulrajani et al. 2017 have 5
UNROLLED_STEPS = 2  # Metz et al. 2017 have 5 to 10; each adds as much computing time
UNROLLED_RATE = 0.001  # of plain gradient descent; with 0.1 the generator's loss explodes, with 0.01 it rises fourfold


class SeveralUpdates(Practice):
    """Several discriminator updates for each batch, each with fakes from other noise.

    Source: Goodfellow et al. 2014, algorithm 1 (where the real images are others in each update as well).
    """

    def update(self, update: Update, gan: Gan, ingredients: Ingredients) -> Update:
        if self.context.tapes:  # as in the taped update, one step on both batches
            ingredients = ingredients._replace(discriminator_step=joint_step)
        update_discriminator = discriminator_update(gan, ingredients)

        def several_updates(real_images, noise, *labels) -> Losses:
            for number in range(1, DISCRIMINATOR_UPDATES):
                # The numbers of a noise vector are independent draws, so in another order they are new noise.
                update_discriminator(real_images, np.roll(noise, number, axis=1), *labels)
            return update(real_images, noise, *labels)

        return several_updates


class OneBatch(Practice):
    """One discriminator step on one batch of real images and fakes.

    Source: Chintala et al. 2016, hack 4, which advises against it.
    """

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        return ingredients._replace(discriminator_step=partial(joint_step, predict=predict_together))


class FeatureMatching(Practice):
    """A generator loss that compares the discriminator's mean features of fakes and of real images.

    Source: Salimans et al. 2016, section 3.1.
    """

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        features = keras.Model(gan.discriminator.inputs, last_dense(gan.discriminator).input)
        return ingredients._replace(generator_loss=partial(feature_matching_loss, features=features))

    def training_view(self, view: TrainingView) -> TrainingView:
        loss_name = "the discriminator's, and the generator's squared feature distance"
        return view._replace(
            plot=partial(view.plot, loss_name=loss_name, undecided_line=False),
            loss_unit=f"{view.loss_unit}; but the generator's is the squared distance of mean features",
            thresholds=view.thresholds._replace(undecided_loss=nan),
        )


class Unrolled(Practice):
    """A generator loss computed with the discriminator as it would be after `UNROLLED_STEPS` more steps.

    Source: Metz et al. 2017, section 2.2, with plain gradient descent for these steps.
    """

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        return ingredients._replace(generator_loss=partial(unrolled_loss, steps=UNROLLED_STEPS))


def predict_separately(gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch) -> Sequence[tf.Tensor]:
    """Return the discriminator's outputs (n, 1) for real images and for fakes, from two batches."""
    return [
        gan.discriminator(gan.discriminator_inputs(batch.images, batch.labels), training=True)
        for batch in (reals, fakes)
    ]


def predict_together(gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch) -> Sequence[tf.Tensor]:
    """Return the discriminator's outputs (n, 1) for real images and for fakes, from one batch of both."""
    count = tf.shape(reals.images)[0]
    images = tf.concat([reals.images, fakes.images], axis=0)  # (2n, 28, 28, 1)
    labels = None if reals.labels is None else tf.concat([reals.labels, fakes.labels], axis=0)
    output = gan.discriminator(gan.discriminator_inputs(images, labels), training=True)  # (2n, 1)
    return [output[:count], output[count:]]


def joint_step(
    gan: Gan,
    reals: DiscriminatorBatch,
    fakes: DiscriminatorBatch,
    ingredients: Ingredients,
    predict: Callable[..., Sequence[tf.Tensor]] = predict_separately,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Take one discriminator step on the sum of both losses and all penalties; return the two losses before the step.

    predict(gan, reals, fakes): returns the outputs (n, 1) for both batches.
    """
    discriminator = gan.discriminator
    with tf.GradientTape() as tape:
        real_output, fake_output = predict(gan, reals, fakes)
        real_loss, fake_loss = ingredients.discriminator_losses(gan, reals, fakes, real_output, fake_output)
        loss = real_loss + fake_loss + total_penalty(gan, reals, fakes, ingredients)
    weights = discriminator.trainable_variables
    discriminator.optimizer.apply(tape.gradient(loss, weights), weights)
    return real_loss, fake_loss


def feature_matching_loss(
    gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, output: tf.Tensor, *, features: keras.Model
) -> tf.Tensor:
    """Return the squared distance between the mean features of fakes and of real images."""
    real_features, fake_features = (
        features(gan.discriminator_inputs(batch.images, batch.labels), training=True) for batch in (reals, fakes)
    )
    real_mean = tf.reduce_mean(tf.cast(real_features, tf.float32), axis=0)
    fake_mean = tf.reduce_mean(tf.cast(fake_features, tf.float32), axis=0)
    return tf.reduce_sum(tf.square(fake_mean - real_mean))


def unrolled_loss(
    gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, output: tf.Tensor, *, steps: int
) -> tf.Tensor:
    """Return the generator's loss, computed with the discriminator as it would be after `steps` steps on this batch.

    The discriminator itself does not change. The steps depend on the fakes, and the gradient flows back through them.
    With 0 steps this is the loss without the practice.
    """
    discriminator = gan.discriminator
    with unfrozen(discriminator):  # the steps change tensors that replace its weights, not the weights
        weights = [tf.convert_to_tensor(weight) for weight in discriminator.trainable_variables]
        other_values = [variable.value for variable in discriminator.non_trainable_variables]

        def predict(batch: DiscriminatorBatch) -> tf.Tensor:
            inputs = gan.discriminator_inputs(batch.images, batch.labels)
            return discriminator.stateless_call(weights, other_values, inputs, training=True)[0]

        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                losses = [
                    discriminator.compute_loss(y=batch.validity, y_pred=predict(batch)) for batch in (reals, fakes)
                ]
            gradients = map(tf.convert_to_tensor, tape.gradient(losses, weights))  # an embedding's are sparse
            weights = [weight - UNROLLED_RATE * gradient for weight, gradient in zip(weights, gradients)]
        return non_saturating_loss(gan, reals, fakes, predict(fakes) if steps else output)
