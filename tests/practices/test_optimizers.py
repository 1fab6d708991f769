import keras
import numpy as np
import pytest

from assignment.practices.optimizers import HALF_LIFE


def test_the_two_time_scales_are_four_times_apart(practised):
    _, gan, _ = practised("two-time-scale")
    assert float(gan.discriminator.optimizer.learning_rate) == pytest.approx(4e-4)
    assert float(gan.combined.optimizer.learning_rate) == pytest.approx(1e-4)


def test_only_the_discriminator_goes_by_plain_gradient_descent(practised):
    _, gan, _ = practised("sgd")
    descent = gan.discriminator.optimizer
    assert isinstance(descent, keras.optimizers.SGD)
    assert (float(descent.learning_rate), descent.momentum) == (pytest.approx(0.001), 0.9)
    assert isinstance(gan.combined.optimizer, keras.optimizers.Adam)


def test_the_averaged_weights_are_the_average(practised, batches):
    _, gan, update = practised("ema")
    momentum = 0.5 ** (8 / HALF_LIFE)
    wanted = None
    for number in range(3):
        update(*batches(8, number))
        weights = [weight.numpy() for weight in gan.generator.trainable_weights]
        wanted = (
            weights if wanted is None else [momentum * old + (1 - momentum) * new for old, new in zip(wanted, weights)]
        )
    averages = [one.numpy() for one in gan.combined.optimizer.variables if one.name.endswith("average")]
    for average, right in zip(averages, wanted, strict=True):
        np.testing.assert_allclose(average, right, atol=1e-7)


def test_averaging_changes_nothing_about_the_training(practised, batches):
    of = {}
    for names in ((), ("ema",)):
        _, gan, update = practised(*names)
        for number in range(2):
            update(*batches(8, number))
        of[names] = [weight.numpy() for model in gan.models[:2] for weight in model.weights]
    for plain, averaged in zip(of[()], of[("ema",)], strict=True):
        np.testing.assert_array_equal(plain, averaged)
