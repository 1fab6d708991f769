import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.practices.penalties import PENALTY_WEIGHT, R1_WEIGHT, gradient_penalty, squared_gradient_norm
from assignment.training.freezing import unfrozen
from assignment.training.steps import SHEET_INGREDIENTS, DiscriminatorBatch, build_optimizers, separate_steps


def linear_critic(slope):
    """A critic whose gradient norm is `slope` everywhere."""
    critic = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    critic.compile(optimizer="sgd")
    critic.layers[-1].set_weights([np.full((784, 1), slope / 28, np.float32), np.zeros(1, np.float32)])
    return critic


def random_batches(count=4):
    random = np.random.default_rng(0)
    return [
        DiscriminatorBatch(
            tf.constant(random.standard_normal((count, 28, 28, 1)), tf.float32), None, tf.fill((count, 1), validity)
        )
        for validity in (1.0, 0.0)
    ]


@pytest.mark.parametrize("slope", [1.0, 0.0, 3.0])
def test_penalty_is_the_squared_distance_of_the_gradient_norm_from_1(gan, slope):
    reals, fakes = random_batches()
    penalty = float(gradient_penalty(gan._replace(discriminator=linear_critic(slope)), reals, fakes, seed=1))
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


@pytest.mark.parametrize("slope", [0.0, 2.0])
@pytest.mark.parametrize("on_reals", [True, False])
def test_r1_and_r2_are_half_the_squared_gradient_norm_at_their_own_batch(gan, slope, on_reals):
    gan = gan._replace(discriminator=linear_critic(slope))
    reals, fakes = random_batches()
    penalties = [
        float(squared_gradient_norm(gan, batch, real, on_reals=on_reals))
        for batch, real in ((reals, True), (fakes, False))
    ]
    expected = R1_WEIGHT / 2 * slope**2
    assert penalties == pytest.approx([expected, 0] if on_reals else [0, expected], rel=1e-5)


def test_the_gradient_of_the_penalty_agrees_with_a_finite_difference(gan):
    """The derivative of a derivative, through a strided convolution. Its activation is smooth, without steps."""
    convolution = keras.layers.Conv2D(3, 5, strides=4, padding="same", activation="tanh")
    critic = keras.Sequential([keras.Input((28, 28, 1)), convolution, keras.layers.Flatten(), keras.layers.Dense(1)])
    critic.compile(optimizer="sgd")
    gan, (reals, _) = gan._replace(discriminator=critic), random_batches()

    def penalty():
        return squared_gradient_norm(gan, reals, True, on_reals=True)

    with tf.GradientTape() as tape:
        value = penalty()
    gradient = tape.gradient(value, convolution.kernel.value)
    direction, start, size = tf.math.l2_normalize(gradient), convolution.kernel.numpy(), 1e-2
    ends = []
    for sign in (1, -1):
        convolution.kernel.assign(start + sign * size * direction)
        ends.append(float(penalty()))
    assert float(tf.norm(gradient)) == pytest.approx((ends[0] - ends[1]) / (2 * size), rel=0.01)


def test_the_steps_follow_the_penalty_of_their_batch(gan):
    """Penalties so large that they decide the direction of every weight."""
    build_optimizers(gan)
    output_layer = gan.discriminator.layers[-1]
    moves = []

    def penalty(gan, batch, real):
        moves.append(output_layer.kernel.numpy())
        return (1e6 if real else -1e6) * tf.reduce_sum(output_layer.kernel.value)

    with unfrozen(gan.discriminator):
        losses = separate_steps(gan, *random_batches(), SHEET_INGREDIENTS._replace(image_penalty=penalty))
    moves.append(output_layer.kernel.numpy())
    assert (moves[1] < moves[0]).all() and (moves[2] > moves[1]).all()
    assert all(0 < float(loss) < 10 for loss in losses)  # without the penalty


@pytest.mark.parametrize("names", [("r1",), ("r2",), ("r1", "r2")])
def test_the_output_becomes_a_logit_and_the_losses_are_those_of_logits(gan_with, names):
    gan, _ = gan_with(*names)
    assert gan.discriminator.layers[-1].activation is keras.activations.linear
    assert gan.discriminator.loss.from_logits and gan.combined.loss.from_logits
    assert float(gan.discriminator.optimizer.learning_rate) == pytest.approx(2e-4)


def test_other_losses_are_kept(gan_with):
    gan, _ = gan_with("hinge", "r1")
    assert gan.discriminator.loss.name == "hinge_loss" and gan.combined.loss.name == "critic_loss"


def test_without_weight_the_penalty_changes_nothing_but_the_logit(gan_with, batches, monkeypatch):
    """With a weight of 0 the losses are those of the plain networks."""
    monkeypatch.setattr("assignment.practices.penalties.R1_WEIGHT", 0.0)
    losses = []
    for names in ((), ("r1", "r2")):
        _, update = gan_with(*names)
        losses.append([float(loss) for number in range(3) for loss in update(*batches(8, number))])
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
