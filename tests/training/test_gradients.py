import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.training.gradients import gradient_norms
from assignment.training.steps import compiled_update


def test_the_norms_are_those_of_adams_running_means(make_gan, batches):
    """After one step from 0 the running mean is 0.5 times the gradient, and then made longer by the root of 3."""
    gan = make_gan()
    noise = batches(4)[1]
    images = gan.generator(noise, training=True)
    target = np.zeros((4, 1), np.float32)
    with tf.GradientTape() as tape:
        loss = gan.discriminator.compute_loss(y=target, y_pred=gan.discriminator(images, training=True))
    weights = gan.discriminator.trainable_variables
    gradients = tape.gradient(loss, weights)
    gan.discriminator.optimizer.apply(gradients, weights)
    wanted = np.sqrt(sum(np.square(gradient.numpy()).sum() for gradient in gradients)) * 0.5 * 3**0.5
    gan.combined.optimizer.build(gan.generator.trainable_variables)
    norms = gradient_norms(gan)
    assert norms["discriminator_gradient"] == pytest.approx(wanted, rel=1e-5) and norms["generator_gradient"] == 0


def test_both_are_there_after_an_update_and_none_without_adam(make_gan, batches):
    gan = make_gan()
    compiled_update(gan)(*batches(4))
    assert min(gradient_norms(gan).values()) > 0
    gan.discriminator.compile(loss="binary_crossentropy", optimizer=keras.optimizers.SGD(0.1))
    assert list(gradient_norms(gan)) == ["generator_gradient"]
