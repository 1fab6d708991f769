from math import inf

import numpy as np
import pytest
import tensorflow as tf

from assignment.practices.stack import Mixture
from assignment.practices.targets import FLIPPED, flipped, smoothed
from assignment.session.journal import Sketch


def test_a_smoothed_real_target_is_nine_tenths_and_a_fakes_stays_0():
    assert smoothed(tf.ones((3, 1)), real=True).numpy().ravel() == pytest.approx([0.9] * 3)
    assert smoothed(tf.zeros((3, 1)), real=False).numpy().tolist() == [[0.0]] * 3


def test_one_target_in_twenty_is_turned_round_and_others_at_every_update(make_gan):
    gan = make_gan()
    real = flipped(tf.ones((10_000, 1)), real=True, gan=gan, seed=1).numpy()
    fake = flipped(tf.zeros((10_000, 1)), real=False, gan=gan, seed=1).numpy()
    assert set(real.ravel()) == set(fake.ravel()) == {0.0, 1.0}
    shares = (real == 0).mean(), (fake == 1).mean()
    assert shares == pytest.approx((FLIPPED, FLIPPED), abs=0.01)
    assert not np.array_equal(real, 1 - fake)
    gan.discriminator.optimizer.iterations.assign(1)
    assert not np.array_equal(real, flipped(tf.ones((10_000, 1)), real=True, gan=gan, seed=1).numpy())


def test_the_generator_is_asked_for_no_other_target(practised, batches):
    """The losses of a discriminator that gives every image the same answer."""
    _, gan, update = practised("label-smoothing")
    gan.discriminator.optimizer.learning_rate = 0.0
    answer = gan.discriminator.layers[-1]
    answer.set_weights([np.zeros_like(weight) + 2.0 * (weight.ndim == 1) for weight in answer.get_weights()])
    certain = 1 / (1 + np.exp(-2.0))
    losses = update(*batches(8))
    assert float(losses.real) == pytest.approx(-0.9 * np.log(certain) - 0.1 * np.log(1 - certain), abs=1e-5)
    assert float(losses.fake) == pytest.approx(-np.log(1 - certain), abs=1e-5)
    assert float(losses.generator) == pytest.approx(-np.log(certain), abs=1e-5)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("label-smoothing", -(0.9 * np.log(0.9) + 0.1 * np.log(0.1)) / 2),  # the real half's
        ("noisy-labels", -(0.95 * np.log(0.95) + 0.05 * np.log(0.05))),  # both halves'
    ],
)
def test_health_knows_the_least_loss(name, least):
    assert Mixture([name]).sketch(Sketch(lambda: None)).scale.least_loss == pytest.approx(least)


@pytest.mark.parametrize(
    "names",
    [
        ["least-squares", "label-smoothing"],
        ["hinge", "noisy-labels"],
        ["label-smoothing", "noisy-labels"],
    ],
)
def test_where_no_least_loss_is_known_none_is_watched(names):
    assert Mixture(names).sketch(Sketch(lambda: None)).scale.least_loss == -inf
