from math import inf, isnan

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.evaluation.health import HealthThresholds
from assignment.practices.losses import CriticLoss, HingeLoss, relativistic_generator_loss, relativistic_losses
from assignment.practices.stack import PracticeStack
from assignment.practices.view import TrainingView
from assignment.training.steps import DiscriminatorBatch

REAL, FAKE = np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32)


def loss_value(loss, target, output):
    return float(loss(target, np.array([[output]], np.float32)))


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


def test_relativistic_losses_compare_pairs(gan_with):
    gan, _ = gan_with("relativistic")
    reals, fakes = (DiscriminatorBatch(tf.zeros((2, 28, 28, 1)), None, tf.ones((2, 1))) for _ in range(2))
    real_output, fake_output = tf.constant([[2.0], [0.0]]), tf.constant([[1.0], [3.0]])
    expected = np.mean(np.log1p(np.exp([-1.0, 3.0])))
    losses = relativistic_losses(gan, reals, fakes, real_output, fake_output)
    assert [float(loss) for loss in losses] == pytest.approx([expected, expected])


def test_the_relativistic_generator_has_the_opposite_target(gan_with, batches):
    gan, _ = gan_with("relativistic")
    reals, fakes = (
        DiscriminatorBatch(tf.constant(batches(4, number)[0]), None, tf.ones((4, 1))) for number in range(2)
    )
    real_output, fake_output = (gan.discriminator(batch.images) for batch in (reals, fakes))
    expected = np.mean(np.log1p(np.exp(real_output.numpy() - fake_output.numpy())))
    assert float(relativistic_generator_loss(gan, reals, fakes, fake_output)) == pytest.approx(expected, rel=1e-5)


def test_the_relativistic_discriminator_takes_one_step_on_the_pairs(gan_with, batches):
    gan, update = gan_with("relativistic")
    losses = update(*batches(8))
    assert int(gan.discriminator.optimizer.iterations) == 1 and float(losses.real) == float(losses.fake)


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
