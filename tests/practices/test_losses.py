from math import inf, isnan

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.evaluation.health import Scale
from assignment.practices.losses import PENALTY, CriticLoss, HingeLoss, gradient_penalty
from assignment.practices.stack import Mixture
from assignment.session.journal import Sketch
from assignment.training.gan import Gan
from assignment.training.steps import Shown

REAL, FAKE = np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32)


def of(loss, target, answer):
    return float(loss(target, np.array([[answer]], np.float32)))


def test_the_hinge_is_content_with_a_margin_of_1():
    assert [of(HingeLoss(), REAL, answer) for answer in (-1, 0, 1, 2)] == [2, 1, 0, 0]
    assert [of(HingeLoss(), FAKE, answer) for answer in (-2, -1, 0, 1)] == [0, 0, 1, 2]


def test_a_critic_always_wants_more():
    assert of(CriticLoss(), REAL, 3.0) == -3 and of(CriticLoss(), FAKE, 3.0) == 3


@pytest.mark.parametrize("loss", [HingeLoss(), CriticLoss()])
def test_a_loss_is_read_back_from_its_configuration(loss):
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(again) is type(loss) and again.name == loss.name


@pytest.mark.parametrize(
    ("name", "of_discriminator", "of_generator"),
    [
        ("hinge", "hinge_loss", "critic_loss"),
        ("wasserstein", "critic_loss", "critic_loss"),
        ("least-squares", "mean_squared_error", "mean_squared_error"),
    ],
)
def test_what_is_compiled(practised, name, of_discriminator, of_generator):
    _, gan, _ = practised(name)
    assert gan.discriminator.loss.name == of_discriminator and gan.combined.loss.name == of_generator
    assert gan.discriminator.layers[-1].activation is keras.activations.linear
    assert float(gan.discriminator.optimizer.learning_rate) == pytest.approx(2e-4)


def linear_critic(slope):
    """A critic whose answer rises by `slope` for each step of length 1 along one direction."""
    critic = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    critic.compile(optimizer="sgd")
    critic.layers[-1].set_weights([np.full((784, 1), slope / 28, np.float32), np.zeros(1, np.float32)])
    return critic


@pytest.mark.parametrize("slope", [1.0, 0.0, 3.0])
def test_the_penalty_of_a_linear_critic_is_of_its_slope(make_gan, slope):
    plain = make_gan()
    gan = Gan(plain.generator, linear_critic(slope), plain.combined)
    random = np.random.default_rng(0)
    reals, fakes = (
        Shown(tf.constant(random.standard_normal((4, 28, 28, 1)), tf.float32), None, tf.ones((4, 1))) for _ in range(2)
    )
    penalty = float(gradient_penalty(gan, reals, fakes, seed=1))
    assert penalty == pytest.approx(PENALTY * (slope - 1) ** 2, abs=1e-4)


def test_the_penalty_is_at_points_between_each_real_image_and_its_fake(make_gan):
    asked = []
    plain = make_gan()
    critic = linear_critic(1.0)
    call = critic.call
    critic.call = lambda images, **options: asked.append(images) or call(images, **options)
    reals, fakes = (Shown(tf.fill((64, 28, 28, 1), value), None, tf.ones((64, 1))) for value in (1.0, -1.0))
    gradient_penalty(Gan(plain.generator, critic, plain.combined), reals, fakes, seed=1)
    shares = asked[0].numpy().reshape(64, -1)
    assert (shares == shares[:, :1]).all() and len(np.unique(shares[:, 0])) == 64
    assert np.abs(shares).max() <= 1 and abs(shares.mean()) < 0.25 and shares.std() > 0.4


@pytest.mark.parametrize(
    ("name", "least", "word"),
    [
        ("hinge", 0, "hinge"),
        ("least-squares", 0, "squared"),
        ("wasserstein", -inf, "critic"),
    ],
)
def test_health_and_words_are_those_of_the_loss(name, least, word):
    sketch = Mixture([name]).sketch(Sketch(lambda: None, scale=Scale(12, 0.5)))
    assert sketch.scale.of_a_kind == 12 and sketch.scale.least_loss == least and isnan(sketch.scale.undecided)
    assert word in sketch.losses and "nats" not in sketch.losses
    axes = sketch.plot([1, 2], [-1.0, -2.0], [0.5, 0.4], "title", "caption").axes[0]
    assert word in axes.get_ylabel() and axes.get_ylim()[0] < -2 and len(axes.lines) == 2
