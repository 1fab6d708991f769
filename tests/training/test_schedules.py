import numpy as np
import pytest

from assignment.training.schedules import halving
from assignment.training.steps import compiled_update


def test_both_rates_are_half_after_so_many_updates(make_gan, batches):
    gan = make_gan()
    gan.discriminator.optimizer.learning_rate = 4e-4
    update = halving(compiled_update(gan), gan, every=2)
    seen = []
    for number in range(5):
        update(*batches(4, number))
        seen.append([float(model.optimizer.learning_rate) for model in (gan.combined, gan.discriminator)])
    np.testing.assert_allclose(seen, [[2e-4 * 0.5 ** (n / 2), 4e-4 * 0.5 ** (n / 2)] for n in range(5)], rtol=1e-6)


def test_the_rate_follows_the_updates_that_a_checkpoint_brings(make_gan, batches):
    gan = make_gan()
    update = halving(compiled_update(gan), gan, every=100)
    gan.combined.optimizer.iterations.assign(200)
    gan.combined.optimizer.learning_rate = 7.0  # whatever was in the checkpoint
    update(*batches(4))
    assert float(gan.combined.optimizer.learning_rate) == pytest.approx(2e-4 / 4, rel=1e-6)
