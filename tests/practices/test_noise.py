import numpy as np
import pytest

from assignment.practices.noise import to_uniform
from assignment.practices.stack import PracticeStack
from assignment.training.steps import Losses
from assignment.training.streams import Purpose, draw_noise


def test_noise_is_uniform_between_minus_1_and_1():
    noise = np.random.default_rng(0).standard_normal((1_000, 100)).astype(np.float32)
    uniform = to_uniform(noise)
    assert uniform.dtype == np.float32 and np.abs(uniform).max() <= 1
    counts, _ = np.histogram(uniform, bins=10, range=(-1, 1))
    assert np.abs(counts / 10_000 - 1).max() < 0.04  # four standard deviations of 10,000 draws


def test_transformation_keeps_the_order_and_0():
    uniform = to_uniform(np.array([-3, -1, 0, 1, 3], np.float32))
    assert uniform == pytest.approx([-0.9973, -0.6827, 0, 0.6827, 0.9973], abs=1e-4)


def test_training_and_sampling_transform_the_noise_in_the_same_way():
    received = []
    practices = PracticeStack(["uniform-noise"])

    def rule(gan, ingredients):
        return lambda images, noise, *labels: received.append(noise) or Losses(0, 0, 0)

    noise = draw_noise(1, Purpose.GRID_NOISE, count=2, latent_dim=3)
    practices.update(rule, None)("images", noise)
    sampled = practices.draw_noise(1, Purpose.GRID_NOISE, count=2, latent_dim=3)
    np.testing.assert_array_equal(received[0], sampled)
    assert not np.array_equal(received[0], noise)
