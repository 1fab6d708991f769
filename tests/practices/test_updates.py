import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.practices.updates import (
    LESSONS,
    asked_apart,
    asked_together,
    distance_of_means,
    in_one_step,
    seen_ahead,
)
from assignment.training.freezing import unfrozen
from assignment.training.steps import SHEETS, Shown, asked_to_be_real, compiled_update


def shown(images, validity):
    return Shown(tf.constant(images), None, tf.fill((len(images), 1), validity))


@pytest.fixture
def batch(make_gan, batches):
    """A GAN, real images and fakes as shown, and the plain answer to these."""
    gan = make_gan()
    compiled_update(gan)
    images, _ = batches(8)
    other, _ = batches(8, 1)
    reals, fakes = shown(images, 1.0), shown(-other, 0.0)
    return gan, reals, fakes, gan.discriminator(fakes.images, training=True)


def test_an_unrolled_step_with_none_ahead_is_the_plain_one(batch):
    gan, reals, fakes, answer = batch
    plain = float(asked_to_be_real(*batch))
    assert float(seen_ahead(gan, reals, fakes, answer, steps=0)) == plain
    assert float(seen_ahead(gan, reals, fakes, answer, steps=1)) != plain


def test_a_step_ahead_is_a_step_of_gradient_descent_that_is_undone(batch):
    from assignment.practices.updates import STEP

    gan, reals, fakes, answer = batch
    before = gan.discriminator.get_weights()
    ahead = float(seen_ahead(gan, reals, fakes, answer, steps=1))
    for one, other in zip(gan.discriminator.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)

    discriminator = gan.discriminator
    with unfrozen(discriminator), tf.GradientTape() as tape:
        loss = sum(
            discriminator.compute_loss(y=one.validity, y_pred=discriminator(one.images, training=True))
            for one in (reals, fakes)
        )
        weights = discriminator.trainable_variables
    for weight, gradient in zip(weights, tape.gradient(loss, weights)):
        weight.assign_sub(STEP * gradient)
    assert ahead == pytest.approx(float(asked_to_be_real(gan, reals, fakes, discriminator(fakes.images))), abs=1e-6)


def test_the_gradient_goes_through_the_steps_ahead(batch):
    """It is the slope of the loss as it is seen ahead, which the fakes change by what the discriminator learns, too."""
    gan, reals, fakes, answer = batch
    images = fakes.images

    def ahead(images):
        return seen_ahead(gan, reals, fakes._replace(images=images), answer, steps=2)

    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = ahead(images)
    gradient = tape.gradient(loss, images)
    direction = tf.math.l2_normalize(gradient)
    slope = float(ahead(images + 0.5 * direction) - ahead(images - 0.5 * direction))
    assert float(tf.norm(gradient)) == pytest.approx(slope, rel=0.02)


def test_asked_together_the_answers_are_those_of_both(batch):
    gan, reals, fakes, _ = batch
    for one, other in zip(asked_together(gan, reals, fakes), asked_apart(gan, reals, fakes), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_one_step_is_on_the_sum(batch):
    gan, reals, fakes, _ = batch
    with unfrozen(gan.discriminator):
        real, fake = in_one_step(gan, reals, fakes, penalty=SHEETS.penalty)
    assert int(gan.discriminator.optimizer.iterations) == 1
    assert float(fake) == pytest.approx(-np.mean(np.log(1 - batch[3].numpy())), abs=1e-5)
    assert float(real) > 0


def test_one_step_goes_down_the_slope_of_both_losses(batch):
    gan, reals, fakes, _ = batch
    gan.discriminator.optimizer = keras.optimizers.SGD(1.0)  # so that a step is the slope itself
    weights = gan.discriminator.trainable_variables
    before = [weight.numpy() for weight in weights]
    with unfrozen(gan.discriminator):
        with tf.GradientTape() as tape:
            probabilities = [gan.discriminator(side.images, training=True) for side in (reals, fakes)]
            loss = -tf.reduce_mean(tf.math.log(probabilities[0])) - tf.reduce_mean(tf.math.log(1 - probabilities[1]))
        slopes = tape.gradient(loss, [weight.value for weight in weights])
        in_one_step(gan, reals, fakes, penalty=SHEETS.penalty)
    for weight, old, slope in zip(weights, before, slopes, strict=True):
        np.testing.assert_allclose(weight, old - slope.numpy(), atol=1e-6)


def test_a_penalty_is_part_of_the_step(batch):
    gan, reals, fakes, _ = batch
    before = gan.discriminator.layers[-1].get_weights()[0]

    def pull(gan, reals, fakes):  # so strong that it decides every weight's direction
        return 1e6 * tf.reduce_sum(gan.discriminator.layers[-1].kernel.value)

    with unfrozen(gan.discriminator):
        in_one_step(gan, reals, fakes, penalty=pull)
    assert (gan.discriminator.layers[-1].get_weights()[0] < before).all()


def test_matched_features_are_at_no_distance(batch):
    gan, reals, fakes, answer = batch
    features = keras.Model(gan.discriminator.inputs, gan.discriminator.layers[-1].input)
    assert float(distance_of_means(gan, reals, reals, answer, features=features)) == 0
    apart = features(reals.images).numpy().mean(axis=0) - features(fakes.images).numpy().mean(axis=0)
    given = float(distance_of_means(gan, reals, fakes, answer, features=features))
    assert given == pytest.approx(float(np.square(apart).sum()), rel=1e-4)


def test_the_discriminator_learns_several_times(practised, batches):
    _, gan, update = practised("several-updates")
    update(*batches(8))
    assert int(gan.combined.optimizer.iterations) == 1
    assert int(gan.discriminator.optimizer.iterations) == 2 * LESSONS  # real images and fakes apart


def test_every_lesson_has_chances_of_its_own(practised, batches, monkeypatch):
    """Three lessons of four fakes each leave twelve different ones in the memory."""
    from assignment.practices import images

    monkeypatch.setattr(images, "REMEMBERED", 16)
    _, gan, update = practised("replay", "several-updates")
    gan.memory[2].assign(16)
    update(*batches(8))
    remembered = gan.memory[0].numpy().reshape(16, -1)
    assert len(np.unique(remembered[np.abs(remembered).sum(axis=1) > 0], axis=0)) > 4


def test_one_batch_is_one_step(practised, batches):
    _, gan, update = practised("one-batch")
    update(*batches(8))
    assert int(gan.discriminator.optimizer.iterations) == 1


def test_wasserstein_is_one_step_with_its_penalty(practised, batches):
    _, gan, update = practised("wasserstein", "several-updates")
    update(*batches(8))
    assert int(gan.discriminator.optimizer.iterations) == LESSONS
