import keras
import numpy as np
import pytest

from assignment.practices.optimizers import HALF_LIFE, RATE_HALF_LIFE
from assignment.practices.stack import PracticeStack


def test_discriminator_rate_is_four_times_the_generators(gan_with):
    gan, _ = gan_with("two-time-scale")
    assert float(gan.discriminator.optimizer.learning_rate) == pytest.approx(4e-4)
    assert float(gan.combined.optimizer.learning_rate) == pytest.approx(1e-4)


def test_only_the_discriminator_uses_gradient_descent(gan_with):
    gan, _ = gan_with("sgd")
    optimizer = gan.discriminator.optimizer
    assert isinstance(optimizer, keras.optimizers.SGD)
    assert (float(optimizer.learning_rate), optimizer.momentum) == (pytest.approx(0.001), 0.9)
    assert isinstance(gan.combined.optimizer, keras.optimizers.Adam)


def test_averaged_weights_are_the_moving_average(gan_with, batches):
    gan, update = gan_with("ema")
    momentum = 0.5 ** (8 / HALF_LIFE)
    history = []
    for number in range(3):
        update(*batches(8, number))
        history.append([weight.numpy() for weight in gan.generator.trainable_weights])
    expected = history[0]
    for weights in history[1:]:
        expected = [momentum * average + (1 - momentum) * weight for average, weight in zip(expected, weights)]
    averages = [variable.numpy() for variable in gan.combined.optimizer.variables if variable.name.endswith("average")]
    for average, expected_average in zip(averages, expected, strict=True):
        np.testing.assert_allclose(average, expected_average, atol=1e-7)


def test_averaging_does_not_change_the_training(gan_with, batches):
    def trained_weights(*names):
        gan, update = gan_with(*names)
        for number in range(2):
            update(*batches(8, number))
        return [weight.numpy() for model in (gan.generator, gan.discriminator) for weight in model.weights]

    for plain, averaged in zip(trained_weights(), trained_weights("ema"), strict=True):
        np.testing.assert_array_equal(plain, averaged)


def test_both_rates_are_halved_smoothly(gan_with, batches):
    gan, update = gan_with("rate-decay")
    update = PracticeStack(["rate-decay"]).schedule(update, gan)
    optimizers = gan.discriminator.optimizer, gan.combined.optimizer
    for done, factor in ((0, 1), (RATE_HALF_LIFE // 2, 0.5**0.5), (3 * RATE_HALF_LIFE, 1 / 8)):
        gan.combined.optimizer.iterations.assign(done)
        update(*batches(8))
        assert [float(optimizer.learning_rate) for optimizer in optimizers] == pytest.approx([2e-4 * factor] * 2)
