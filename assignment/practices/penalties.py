"""Practices that penalize the discriminator's gradients with respect to the images it sees."""

from __future__ import annotations

from functools import partial

import keras
import tensorflow as tf

from assignment.practices.architecture import with_linear_output
from assignment.practices.draws import Purpose, draw_seed
from assignment.practices.practice import Practice
from assignment.training.gan import Gan, compile_losses
from assignment.training.steps import DiscriminatorBatch, ImagePenalty, Ingredients

PENALTY_WEIGHT = 10.0  # Gulrajani et al. 2017, algorithm 1
R1_WEIGHT = 1.0  # ours; Mescheder et al. 2018 have 10, for larger images
EPSILON = 1e-12  # the derivative of a square root is infinite at 0


class R1(Practice):
    """A penalty on the squared gradient norm at the real images. Source: Mescheder et al. 2018, section 4.1.

    The gradient is that of the logit: the gradient of a probability vanishes where the discriminator is certain.
    """

    on_reals = True

    def discriminator(self, network: keras.Model) -> keras.Model:
        return with_linear_output(network)

    def compiled(self, gan: Gan) -> Gan:
        return compile_losses(
            gan, discriminator_loss=of_logits(gan.discriminator), generator_loss=of_logits(gan.combined)
        )

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        return with_image_penalty(ingredients, partial(squared_gradient_norm, on_reals=self.on_reals))


class R2(R1):
    """The same penalty at the fakes. Source: Mescheder et al. 2018, section 4.1."""

    on_reals = False


def of_logits(model: keras.Model) -> keras.losses.Loss:
    """Return the loss of a compiled model for a discriminator without sigmoid."""
    loss = keras.losses.get(model.loss)
    if loss is keras.losses.binary_crossentropy:  # compiled by its name
        return keras.losses.BinaryCrossentropy(from_logits=True)
    if isinstance(loss, keras.losses.BinaryCrossentropy):
        return type(loss).from_config({**loss.get_config(), "from_logits": True})
    return loss


def with_image_penalty(ingredients: Ingredients, penalty: ImagePenalty) -> Ingredients:
    """Return ingredients with `penalty` added to the penalties on single batches."""
    earlier = ingredients.image_penalty
    return ingredients._replace(
        image_penalty=lambda gan, batch, real: earlier(gan, batch, real=real) + penalty(gan, batch, real=real)
    )


def squared_gradient_norm(gan: Gan, batch: DiscriminatorBatch, real: bool, *, on_reals: bool) -> tf.Tensor | float:
    """Return half of `R1_WEIGHT` times the mean squared norm of the output's gradient at the batch's images.

    It is 0 unless the batch is the one to penalize: that of the real images if `on_reals`, else that of the fakes.
    """
    if real != on_reals:
        return 0.0
    gradients = image_gradients(gan, batch.images, batch.labels)
    return R1_WEIGHT / 2 * tf.reduce_mean(tf.reduce_sum(tf.square(gradients), axis=(1, 2, 3)))


def gradient_penalty(gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, *, seed: int) -> tf.Tensor:
    """Return `PENALTY_WEIGHT` times the mean squared distance of the critic's gradient norms from 1.

    The gradients are taken at a random point between each real image and its fake. A conditional critic receives the
    real image's label there, though the fake may have another one.
    Source: Gulrajani et al. 2017, section 4.
    """
    count = tf.shape(reals.images)[0]
    fraction = tf.random.stateless_uniform((count, 1, 1, 1), draw_seed(gan, seed, Purpose.PENALTY_POINTS))
    points = fraction * reals.images + (1 - fraction) * fakes.images  # (n, 28, 28, 1)
    gradients = image_gradients(gan, points, reals.labels)
    norms = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=(1, 2, 3)) + EPSILON)
    return PENALTY_WEIGHT * tf.reduce_mean(tf.square(norms - 1))


def image_gradients(gan: Gan, images: tf.Tensor, labels: tf.Tensor | None) -> tf.Tensor:
    """Return the gradient of the discriminator's output with respect to each image, float32 (n, 28, 28, 1)."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        output = gan.discriminator(gan.discriminator_inputs(images, labels), training=True)
    return tf.cast(tape.gradient(output, images), tf.float32)
