from math import inf

import numpy as np
import pytest
import tensorflow as tf

from assignment.practices.stack import PracticeStack
from assignment.practices.targets import FLIPPED_SHARE, flip_targets, smooth_targets
from assignment.practices.view import TrainingView


def thresholds(*names):
    """The health thresholds of a training with these practices."""
    return PracticeStack(names).training_view(TrainingView(sample=lambda: np.zeros(0))).thresholds


def test_smoothed_target_is_0_9_for_real_images_and_0_for_fakes():
    assert smooth_targets(tf.ones((3, 1)), real=True).numpy().ravel() == pytest.approx([0.9] * 3)
    assert smooth_targets(tf.zeros((3, 1)), real=False).numpy().tolist() == [[0.0]] * 3


def test_one_target_in_twenty_is_flipped_and_others_in_every_update(gan):
    real = flip_targets(tf.ones((10_000, 1)), real=True, gan=gan, seed=1).numpy()
    fake = flip_targets(tf.zeros((10_000, 1)), real=False, gan=gan, seed=1).numpy()
    assert set(real.ravel()) == set(fake.ravel()) == {0.0, 1.0}
    shares = (real == 0).mean(), (fake == 1).mean()
    assert shares == pytest.approx((FLIPPED_SHARE, FLIPPED_SHARE), abs=0.01)
    assert not np.array_equal(real, 1 - fake)
    gan.discriminator.optimizer.iterations.assign(1)
    assert not np.array_equal(real, flip_targets(tf.ones((10_000, 1)), real=True, gan=gan, seed=1).numpy())


def test_targets_of_the_generator_do_not_change(gan_with, batches):
    """Checked with the losses of a discriminator that has the same output for every image."""
    gan, update = gan_with("label-smoothing")
    gan.discriminator.optimizer.learning_rate = 0.0
    output_layer = gan.discriminator.layers[-1]
    output_layer.set_weights(
        [np.zeros_like(weight) + 2.0 * (weight.ndim == 1) for weight in output_layer.get_weights()]
    )
    probability = 1 / (1 + np.exp(-2.0))
    losses = update(*batches(8))
    expected_real_loss = -0.9 * np.log(probability) - 0.1 * np.log(1 - probability)
    assert float(losses.real) == pytest.approx(expected_real_loss, abs=1e-5)
    assert float(losses.fake) == pytest.approx(-np.log(1 - probability), abs=1e-5)
    assert float(losses.generator) == pytest.approx(-np.log(probability), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "minimum_loss"),
    [
        ("label-smoothing", -(0.9 * np.log(0.9) + 0.1 * np.log(0.1)) / 2),  # of the real half
        ("noisy-labels", -(0.95 * np.log(0.95) + 0.05 * np.log(0.05))),  # of both halves
    ],
)
def test_minimum_loss_is_that_of_the_changed_targets(name, minimum_loss):
    assert thresholds(name).minimum_loss == pytest.approx(minimum_loss)


@pytest.mark.parametrize(
    "names",
    [["least-squares", "label-smoothing"], ["hinge", "noisy-labels"], ["label-smoothing", "noisy-labels"]],
    ids=" and ".join,
)
def test_unknown_minimum_loss_is_minus_infinity(names):
    assert thresholds(*names).minimum_loss == -inf
