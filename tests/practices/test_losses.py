from math import inf, isnan

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.evaluation.health import HealthThresholds
from assignment.practices.losses import PENALTY_WEIGHT, CriticLoss, HingeLoss, gradient_penalty
from assignment.practices.stack import PracticeStack
from assignment.practices.view import TrainingView
from assignment.training.steps import DiscriminatorBatch

REAL, FAKE = np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32)


def loss_value(loss, target, output):
    return float(loss(target, np.array([[output]], np.float32)))


def linear_critic(slope):
    """A critic whose gradient norm is `slope` everywhere."""
    critic = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    critic.compile(optimizer="sgd")
    critic.layers[-1].set_weights([np.full((784, 1), slope / 28, np.float32), np.zeros(1, np.float32)])
    return critic


def test_hinge_loss_is_0_beyond_a_margin_of_1():
    assert [loss_value(HingeLoss(), REAL, output) for output in (-1, 0, 1, 2)] == [2, 1, 0, 0]
    assert [loss_value(HingeLoss(), FAKE, output) for output in (-2, -1, 0, 1)] == [0, 0, 1, 2]


def test_critic_loss_has_no_limit():
    assert loss_value(CriticLoss(), REAL, 3.0) == -3 and loss_value(CriticLoss(), FAKE, 3.0) == 3


@pytest.mark.parametrize("loss", [HingeLoss(), CriticLoss()])
def test_loss_can_be_serialized(loss):
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(copy) is type(loss) and copy.name == loss.name


@pytest.mark.parametrize(
    ("name", "discriminator_loss", "generator_loss"),
    [
        ("hinge", "hinge_loss", "critic_loss"),
        ("wasserstein", "critic_loss", "critic_loss"),
        ("least-squares", "mean_squared_error", "mean_squared_error"),
    ],
)
def test_practice_compiles_its_losses_and_keeps_the_learning_rate(gan_with, name, discriminator_loss, generator_loss):
    gan, _ = gan_with(name)
    assert gan.discriminator.loss.name == discriminator_loss and gan.combined.loss.name == generator_loss
    assert gan.discriminator.layers[-1].activation is keras.activations.linear
    assert float(gan.discriminator.optimizer.learning_rate) == pytest.approx(2e-4)


@pytest.mark.parametrize("slope", [1.0, 0.0, 3.0])
def test_penalty_is_the_squared_distance_of_the_gradient_norm_from_1(gan, slope):
    gan = gan._replace(discriminator=linear_critic(slope))
    random = np.random.default_rng(0)
    reals, fakes = (
        DiscriminatorBatch(tf.constant(random.standard_normal((4, 28, 28, 1)), tf.float32), None, tf.ones((4, 1)))
        for _ in range(2)
    )
    penalty = float(gradient_penalty(gan, reals, fakes, seed=1))
    assert penalty == pytest.approx(PENALTY_WEIGHT * (slope - 1) ** 2, abs=1e-4)


def test_penalty_is_computed_at_a_random_point_between_each_real_image_and_its_fake(gan):
    critic = linear_critic(1.0)
    call, inputs = critic.call, []
    critic.call = lambda images, **options: inputs.append(images) or call(images, **options)
    reals, fakes = (
        DiscriminatorBatch(tf.fill((64, 28, 28, 1), value), None, tf.ones((64, 1))) for value in (1.0, -1.0)
    )
    gradient_penalty(gan._replace(discriminator=critic), reals, fakes, seed=1)
    points = inputs[0].numpy().reshape(64, -1)
    assert (points == points[:, :1]).all() and len(np.unique(points[:, 0])) == 64
    assert np.abs(points).max() <= 1 and abs(points.mean()) < 0.25 and points.std() > 0.4


@pytest.mark.parametrize(
    ("name", "minimum_loss", "word"),
    [("hinge", 0, "hinge"), ("least-squares", 0, "squared"), ("wasserstein", -inf, "critic")],
)
def test_view_has_the_labels_and_thresholds_of_the_loss(name, minimum_loss, word):
    view = TrainingView(sample=lambda: np.zeros(0), thresholds=HealthThresholds(12, 0.5))
    view = PracticeStack([name]).training_view(view)
    assert view.thresholds.images_per_class == 12
    assert view.thresholds.minimum_loss == minimum_loss and isnan(view.thresholds.undecided_loss)
    assert word in view.loss_unit and "nats" not in view.loss_unit
    axes = view.plot([1, 2], [-1.0, -2.0], [0.5, 0.4], "title", "caption").axes[0]
    assert word in axes.get_ylabel() and axes.get_ylim()[0] < -2 and len(axes.lines) == 2
