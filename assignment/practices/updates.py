"""Other steps of an update, and other objectives of the generator."""

from __future__ import annotations

from functools import partial
from math import nan

import keras
import numpy as np
import tensorflow as tf

from assignment.practices.practice import Practice
from assignment.practices.rewiring import last_dense
from assignment.training.freezing import unfrozen
from assignment.training.gan import Gan
from assignment.training.steps import Shown, asked_to_be_real, discriminator_update

LESSONS = 3  # of the discriminator for each of the generator's; Gulrajani et al. 2017 have 5
STEPS = 2  # that the generator looks ahead; Metz et al. 2017 have 5 to 10, each of which costs as much again
STEP = 0.1  # rate of the steps looked ahead, plain gradient descent: about as far as Adam goes on the trousers


class SeveralUpdates(Practice):
    """The discriminator learns several times from every batch, each time against fakes of other noise.

    Source: Goodfellow et al. 2014, algorithm 1 (there the real images of each step are others, too).
    """

    def update(self, update, gan, ingredients):
        if self.setting.tapes:  # there is no phase of its own there; its tape takes one step on both
            ingredients = ingredients._replace(lesson=partial(in_one_step, penalty=ingredients.penalty))
        lesson = discriminator_update(gan, ingredients)

        def several(real_images, noise, *labels):
            for number in range(1, LESSONS):
                # All of its numbers are drawn in the same way, so that they are as good a noise in another order.
                lesson(real_images, np.roll(noise, number, axis=1), *labels)
            return update(real_images, noise, *labels)

        return several


class OneBatch(Practice):
    """Real and fake images in one batch, one step on both. Source: Chintala et al. 2016, hack 4, advises against it."""

    def ingredients(self, ingredients, gan):
        return ingredients._replace(lesson=partial(in_one_step, penalty=ingredients.penalty, ask=asked_together))


class FeatureMatching(Practice):
    """The generator is to bring the mean of what the discriminator reads in its fakes to that of real images.

    Source: Salimans et al. 2016, section 3.1.
    """

    def ingredients(self, ingredients, gan):
        features = keras.Model(gan.discriminator.inputs, last_dense(gan.discriminator).input)
        return ingredients._replace(objective=partial(distance_of_means, features=features))

    def sketch(self, sketch):
        measure = "the discriminator's own; the generator's a squared distance"
        return sketch._replace(
            plot=partial(sketch.plot, measure=measure, undecided=False),
            losses=f"{sketch.losses}; but the generator's is a squared distance of features",
            scale=sketch.scale._replace(undecided=nan),
        )


class Unrolled(Practice):
    """The generator is judged by the discriminator as it would be after `STEPS` steps more, and sees them coming.

    Source: Metz et al. 2017, section 2.2, with plain gradient descent for the steps that are looked ahead.
    """

    def ingredients(self, ingredients, gan):
        return ingredients._replace(objective=partial(seen_ahead, steps=STEPS))


def asked_apart(gan: Gan, reals: Shown, fakes: Shown) -> list[tf.Tensor]:
    """The discriminator's answers (n, 1) to real images and to fakes."""
    return [
        gan.discriminator(gan.discriminator_inputs(shown.images, shown.labels), training=True)
        for shown in (reals, fakes)
    ]


def asked_together(gan: Gan, reals: Shown, fakes: Shown) -> tuple[tf.Tensor, tf.Tensor]:
    """The same, from one batch that holds both."""
    count = tf.shape(reals.images)[0]
    images = tf.concat([reals.images, fakes.images], axis=0)  # (2n, 28, 28, 1)
    labels = None if reals.labels is None else tf.concat([reals.labels, fakes.labels], axis=0)
    answer = gan.discriminator(gan.discriminator_inputs(images, labels), training=True)  # (2n, 1)
    return answer[:count], answer[count:]


def in_one_step(gan: Gan, reals: Shown, fakes: Shown, *, penalty, ask=asked_apart) -> tuple[tf.Tensor, tf.Tensor]:
    """One step of the discriminator on the sum of both its losses and the `penalty`; its losses before the step.

    `ask(gan, reals, fakes)` gives its answers (n, 1) to both, which are asked apart unless told otherwise.
    """
    discriminator = gan.discriminator
    with tf.GradientTape() as tape:
        of_real, of_fake = ask(gan, reals, fakes)
        real_loss = discriminator.compute_loss(y=reals.validity, y_pred=of_real)
        fake_loss = discriminator.compute_loss(y=fakes.validity, y_pred=of_fake)
        loss = real_loss + fake_loss + penalty(gan, reals, fakes)
    weights = discriminator.trainable_variables
    discriminator.optimizer.apply(tape.gradient(loss, weights), weights)
    return real_loss, fake_loss


def distance_of_means(gan: Gan, reals: Shown, fakes: Shown, answer, *, features: keras.Model) -> tf.Tensor:
    """The squared distance between the mean features of the fakes and of the real images."""
    of_real, of_fake = (
        features(gan.discriminator_inputs(shown.images, shown.labels), training=True) for shown in (reals, fakes)
    )
    apart = tf.reduce_mean(tf.cast(of_fake, tf.float32), axis=0) - tf.reduce_mean(tf.cast(of_real, tf.float32), axis=0)
    return tf.reduce_sum(tf.square(apart))


def seen_ahead(gan: Gan, reals: Shown, fakes: Shown, answer, *, steps: int) -> tf.Tensor:
    """The generator's loss by the discriminator after `steps` steps on this batch, which are undone again.

    The steps depend on the fakes, and the gradient goes back through them. With no step it is the plain objective.
    """
    discriminator = gan.discriminator
    with unfrozen(discriminator):  # the steps are of tensors in the place of its weights, which stay as they are
        weights = [tf.convert_to_tensor(weight) for weight in discriminator.trainable_variables]
        others = [variable.value for variable in discriminator.non_trainable_variables]

        def ask(shown: Shown):
            inputs = gan.discriminator_inputs(shown.images, shown.labels)
            return discriminator.stateless_call(weights, others, inputs, training=True)[0]

        for _ in range(steps):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                losses = [discriminator.compute_loss(y=one.validity, y_pred=ask(one)) for one in (reals, fakes)]
            gradients = map(tf.convert_to_tensor, tape.gradient(losses, weights))  # an embedding's are sparse
            weights = [weight - STEP * gradient for weight, gradient in zip(weights, gradients)]
        return asked_to_be_real(gan, reals, fakes, ask(fakes) if steps else answer)
