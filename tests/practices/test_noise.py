import numpy as np
import pytest

from assignment.practices.noise import uniform
from assignment.practices.stack import Mixture
from assignment.training.steps import Losses


def test_it_is_even_between_minus_1_and_1():
    noise = np.random.default_rng(0).standard_normal((1_000, 100)).astype(np.float32)
    even = uniform(noise)
    assert even.dtype == np.float32 and np.abs(even).max() <= 1
    counts, _ = np.histogram(even, bins=10, range=(-1, 1))
    assert np.abs(counts / 10_000 - 1).max() < 0.04  # four standard deviations of 10,000 draws


def test_it_keeps_the_order_and_0():
    even = uniform(np.array([-3, -1, 0, 1, 3], np.float32))
    assert even == pytest.approx([-0.9973, -0.6827, 0, 0.6827, 0.9973], abs=1e-4)


def test_training_and_drawing_have_the_same_noise():
    seen = []
    mixture = Mixture(["uniform-noise"])

    def rule(gan, ingredients):
        return lambda images, noise, *labels: seen.append(noise) or Losses(0, 0, 0)

    noise = np.ones((2, 3), np.float32)
    mixture.update(rule, None)("images", noise)
    np.testing.assert_array_equal(seen[0], mixture.noise(noise))
    assert not np.array_equal(seen[0], noise)
