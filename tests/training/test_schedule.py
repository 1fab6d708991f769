import numpy as np
import pytest

from assignment.training.schedule import halving
from assignment.training.steps import compiled_update


def test_both_learning_rates_are_halved_after_a_number_of_updates(make_gan, batches):
    gan = make_gan()
    gan.discriminator.optimizer.learning_rate = 4e-4
    update = halving(compiled_update(gan), gan, every=2)
    rates = []
    for number in range(5):
        update(*batches(4, number))
        rates.append([float(model.optimizer.learning_rate) for model in (gan.combined, gan.discriminator)])
    np.testing.assert_allclose(rates, [[2e-4 * 0.5 ** (n / 2), 4e-4 * 0.5 ** (n / 2)] for n in range(5)], rtol=1e-6)


def test_the_learning_rate_depends_on_the_restored_number_of_updates(make_gan, batches):
    gan = make_gan()
    update = halving(compiled_update(gan), gan, every=100)
    gan.combined.optimizer.iterations.assign(200)
    gan.combined.optimizer.learning_rate = 7.0  # as if restored from a checkpoint
    update(*batches(4))
    assert float(gan.combined.optimizer.learning_rate) == pytest.approx(2e-4 / 4, rel=1e-6)
