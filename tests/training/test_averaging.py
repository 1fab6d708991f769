import keras
import numpy as np
import pytest

from assignment.training.averaging import averaged
from assignment.training.steps import compiled_update


def weights(gan):
    return [weight.numpy() for weight in gan.generator.trainable_weights]


@pytest.fixture
def trained(make_gan, batches):
    def make(**options):
        gan = make_gan()
        gan.combined.optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, **options)
        update = compiled_update(gan)
        for number in range(2):
            update(*batches(8, number))
        return gan

    return make


def test_within_the_block_the_generator_has_its_average(trained):
    gan = trained(use_ema=True, ema_momentum=0.5)
    before = weights(gan)
    averages = [one.numpy() for one in gan.combined.optimizer.variables if one.name.endswith("average")]
    with averaged(gan):
        within = weights(gan)
    for one, other in zip(within, averages, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(within[0], before[0])
    for one, other in zip(weights(gan), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_trained_weights_come_back_after_an_error(trained):
    gan = trained(use_ema=True, ema_momentum=0.5)
    before = weights(gan)
    with pytest.raises(ZeroDivisionError), averaged(gan):
        raise ZeroDivisionError
    np.testing.assert_array_equal(weights(gan)[0], before[0])


def test_without_an_average_nothing_happens(trained):
    gan = trained()
    before = weights(gan)
    with averaged(gan):
        np.testing.assert_array_equal(weights(gan)[0], before[0])


def test_before_the_first_update_there_is_no_average(make_gan):
    gan = make_gan()
    gan.combined.optimizer = keras.optimizers.Adam(use_ema=True, ema_momentum=0.5)
    compiled_update(gan)
    before = weights(gan)
    with averaged(gan):
        np.testing.assert_array_equal(weights(gan)[0], before[0])
