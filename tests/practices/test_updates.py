from math import isnan
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.practices import images
from assignment.practices.stack import PracticeStack
from assignment.practices.updates import (
    DISCRIMINATOR_UPDATES,
    UNROLLED_RATE,
    feature_matching_loss,
    joint_step,
    predict_separately,
    predict_together,
    unrolled_loss,
)
from assignment.practices.view import TrainingView
from assignment.training.freezing import unfrozen
from assignment.training.gan import Gan
from assignment.training.steps import SHEET_INGREDIENTS, DiscriminatorBatch, build_optimizers, non_saturating_loss


class Case(NamedTuple):
    """The arguments of a generator loss."""

    gan: Gan
    reals: DiscriminatorBatch
    fakes: DiscriminatorBatch
    output: tf.Tensor


def discriminator_batch(images, validity):
    return DiscriminatorBatch(tf.constant(images), None, tf.fill((len(images), 1), validity))


@pytest.fixture
def case(gan, batches):
    """A GAN, real images and fakes as the discriminator sees them, and its output for the fakes."""
    build_optimizers(gan)
    real_images, _ = batches(8)
    other_images, _ = batches(8, 1)
    reals, fakes = discriminator_batch(real_images, 1.0), discriminator_batch(-other_images, 0.0)
    return Case(gan, reals, fakes, gan.discriminator(fakes.images, training=True))


def test_unrolled_loss_with_no_step_is_the_plain_loss(case):
    plain = float(non_saturating_loss(*case))
    assert float(unrolled_loss(*case, steps=0)) == plain
    assert float(unrolled_loss(*case, steps=1)) != plain


def test_unrolled_step_is_gradient_descent_and_leaves_the_discriminator_unchanged(case):
    gan, reals, fakes, _ = case
    discriminator = gan.discriminator
    before = discriminator.get_weights()
    loss_ahead = float(unrolled_loss(*case, steps=1))
    for weight, earlier in zip(discriminator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, earlier)

    with unfrozen(discriminator), tf.GradientTape() as tape:
        loss = sum(
            discriminator.compute_loss(y=batch.validity, y_pred=discriminator(batch.images, training=True))
            for batch in (reals, fakes)
        )
        weights = discriminator.trainable_variables
    for weight, gradient in zip(weights, tape.gradient(loss, weights)):
        weight.assign_sub(UNROLLED_RATE * gradient)
    expected = float(non_saturating_loss(gan, reals, fakes, discriminator(fakes.images)))
    assert loss_ahead == pytest.approx(expected, abs=1e-6)


def test_gradient_flows_through_the_unrolled_steps(case):
    """The gradient agrees with a finite difference, in which the fakes also change the steps."""

    def loss_ahead(fake_images):
        return unrolled_loss(case.gan, case.reals, case.fakes._replace(images=fake_images), case.output, steps=2)

    fake_images = case.fakes.images
    with tf.GradientTape() as tape:
        tape.watch(fake_images)
        loss = loss_ahead(fake_images)
    gradient = tape.gradient(loss, fake_images)
    direction = tf.math.l2_normalize(gradient)
    slope = float(loss_ahead(fake_images + 0.5 * direction) - loss_ahead(fake_images - 0.5 * direction))
    assert float(tf.norm(gradient)) == pytest.approx(slope, rel=0.02)


def test_one_batch_and_two_batches_have_the_same_outputs(case):
    together = predict_together(case.gan, case.reals, case.fakes)
    separately = predict_separately(case.gan, case.reals, case.fakes)
    for output, expected in zip(together, separately, strict=True):
        np.testing.assert_allclose(output, expected, atol=1e-6)


def test_joint_step_is_one_step_and_returns_both_losses(case):
    with unfrozen(case.gan.discriminator):
        real_loss, fake_loss = joint_step(case.gan, case.reals, case.fakes, SHEET_INGREDIENTS)
    assert int(case.gan.discriminator.optimizer.iterations) == 1
    assert float(fake_loss) == pytest.approx(-np.mean(np.log(1 - case.output.numpy())), abs=1e-5)
    assert float(real_loss) > 0


def test_joint_step_follows_the_gradient_of_both_losses(case):
    discriminator = case.gan.discriminator
    discriminator.optimizer = keras.optimizers.SGD(1.0)  # so that the step is the gradient
    weights = discriminator.trainable_variables
    before = [weight.numpy() for weight in weights]
    with unfrozen(discriminator):
        with tf.GradientTape() as tape:
            real_output, fake_output = (
                discriminator(batch.images, training=True) for batch in (case.reals, case.fakes)
            )
            loss = -tf.reduce_mean(tf.math.log(real_output)) - tf.reduce_mean(tf.math.log(1 - fake_output))
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        joint_step(case.gan, case.reals, case.fakes, SHEET_INGREDIENTS)
    for weight, earlier, gradient in zip(weights, before, gradients, strict=True):
        np.testing.assert_allclose(weight, earlier - gradient.numpy(), atol=1e-6)


def test_joint_step_includes_the_penalty(case):
    output_layer = case.gan.discriminator.layers[-1]
    before = output_layer.get_weights()[0]

    def penalty(gan, reals, fakes):  # so large that it decides the direction of every weight
        return 1e6 * tf.reduce_sum(output_layer.kernel.value)

    with unfrozen(case.gan.discriminator):
        joint_step(case.gan, case.reals, case.fakes, SHEET_INGREDIENTS._replace(penalty=penalty))
    assert (output_layer.get_weights()[0] < before).all()


def test_feature_matching_loss_is_the_squared_distance_of_mean_features(case):
    gan, reals, fakes, output = case
    features = keras.Model(gan.discriminator.inputs, gan.discriminator.layers[-1].input)
    assert float(feature_matching_loss(gan, reals, reals, output, features=features)) == 0
    difference = features(reals.images).numpy().mean(axis=0) - features(fakes.images).numpy().mean(axis=0)
    loss = float(feature_matching_loss(gan, reals, fakes, output, features=features))
    assert loss == pytest.approx(float(np.square(difference).sum()), rel=1e-4)


def test_feature_matching_view_describes_the_generators_loss():
    view = PracticeStack(["feature-matching"]).training_view(TrainingView(sample=lambda: np.zeros(0)))
    assert "nats" in view.loss_unit and "squared distance" in view.loss_unit
    assert isnan(view.thresholds.undecided_loss) and view.thresholds.minimum_loss == 0
    axes = view.plot([1, 2], [0.7, 0.6], [0.5, 0.4], "title", "caption").axes[0]
    assert "feature distance" in " ".join(axes.get_ylabel().split()) and len(axes.lines) == 2


def test_several_updates_train_the_discriminator_three_times(gan_with, batches):
    gan, update = gan_with("several-updates")
    update(*batches(8))
    assert int(gan.combined.optimizer.iterations) == 1
    assert int(gan.discriminator.optimizer.iterations) == 2 * DISCRIMINATOR_UPDATES  # real images and fakes separately


def test_every_discriminator_update_has_its_own_draws(gan_with, batches, monkeypatch):
    """Three updates with four stored fakes each overwrite more than four slots of the memory."""
    monkeypatch.setattr(images, "MEMORY_SIZE", 16)
    gan, update = gan_with("replay", "several-updates")
    stored_images, _, stored = gan.memory
    stored.assign(16)
    update(*batches(8))
    memory = stored_images.numpy().reshape(16, -1)
    assert len(np.unique(memory[np.abs(memory).sum(axis=1) > 0], axis=0)) > 4


def test_one_batch_is_one_discriminator_step(gan_with, batches):
    gan, update = gan_with("one-batch")
    update(*batches(8))
    assert int(gan.discriminator.optimizer.iterations) == 1


def test_wasserstein_takes_one_step_in_each_discriminator_update(gan_with, batches):
    gan, update = gan_with("wasserstein", "several-updates")
    update(*batches(8))
    assert int(gan.discriminator.optimizer.iterations) == DISCRIMINATOR_UPDATES
