import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.training.optimizer_state import averaged_weights, gradient_norms
from assignment.training.steps import build_optimizers, compiled_update


def generator_weights(gan):
    return [weight.numpy() for weight in gan.generator.trainable_weights]


def assert_same_weights(weights, expected):
    for weight, expected_weight in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(weight, expected_weight)


@pytest.fixture
def trained_gan(make_gan, batches):
    """A function that returns a GAN after two updates; its arguments are those of the generator's Adam."""

    def make(**options):
        gan = make_gan()
        gan.combined.optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, **options)
        update = compiled_update(gan)
        for number in range(2):
            update(*batches(8, number))
        return gan

    return make


def test_generator_has_its_averaged_weights_within_the_block_only(trained_gan):
    gan = trained_gan(use_ema=True, ema_momentum=0.5)
    before = generator_weights(gan)
    averages = [variable.numpy() for variable in gan.combined.optimizer.variables if variable.name.endswith("average")]
    with averaged_weights(gan):
        within = generator_weights(gan)
    assert_same_weights(within, averages)
    assert not np.array_equal(within[0], before[0])
    assert_same_weights(generator_weights(gan), before)


def test_trained_weights_are_restored_after_an_error(trained_gan):
    gan = trained_gan(use_ema=True, ema_momentum=0.5)
    before = generator_weights(gan)
    with pytest.raises(ZeroDivisionError), averaged_weights(gan):
        raise ZeroDivisionError
    assert_same_weights(generator_weights(gan), before)


def test_weights_do_not_change_if_the_optimizer_keeps_no_average(trained_gan):
    gan = trained_gan()
    before = generator_weights(gan)
    with averaged_weights(gan):
        assert_same_weights(generator_weights(gan), before)


def test_weights_do_not_change_before_the_first_update(make_gan):
    gan = make_gan()
    gan.combined.optimizer = keras.optimizers.Adam(use_ema=True, ema_momentum=0.5)
    build_optimizers(gan)
    before = generator_weights(gan)
    with averaged_weights(gan):
        assert_same_weights(generator_weights(gan), before)


def test_gradient_norm_is_computed_from_adams_running_mean(make_gan, batches):
    """After one step the running mean is 0.5 times the gradient; the correction for its length is sqrt(3)."""
    gan = make_gan()
    _, noise = batches(4)
    images = gan.generator(noise, training=True)
    targets = np.zeros((4, 1), np.float32)
    with tf.GradientTape() as tape:
        loss = gan.discriminator.compute_loss(y=targets, y_pred=gan.discriminator(images, training=True))
    weights = gan.discriminator.trainable_variables
    gradients = tape.gradient(loss, weights)
    gan.discriminator.optimizer.apply(gradients, weights)
    gan.combined.optimizer.build(gan.generator.trainable_variables)
    expected = np.sqrt(sum(np.square(gradient.numpy()).sum() for gradient in gradients)) * 0.5 * 3**0.5
    norms = gradient_norms(gan)
    assert norms["discriminator_gradient"] == pytest.approx(expected, rel=1e-5) and norms["generator_gradient"] == 0


def test_gradient_norms_are_positive_after_an_update_and_need_adam(make_gan, batches):
    gan = make_gan()
    compiled_update(gan)(*batches(4))
    assert min(gradient_norms(gan).values()) > 0
    gan.discriminator.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(0.1))
    assert list(gradient_norms(gan)) == ["generator_gradient"]
