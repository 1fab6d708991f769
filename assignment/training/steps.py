"""The update rules, made by a function of the compiled GAN. All have one signature: a batch in, its losses out.

A batch is (real_images, noise), or of a conditional GAN (real_images, noise, real_labels, fake_labels). The rule of two
tapes does not take the latter: no sheet trains one so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from assignment.training.freezing import frozen, unfrozen
from assignment.training.gan import Gan
from assignment.training.naming import named_for_graphs


class Losses(NamedTuple):
    """The compiled losses of one update, in nats, each before its own step of Adam."""

    real: tf.Tensor  # the discriminator's on real images
    fake: tf.Tensor  # the discriminator's on fake images
    generator: tf.Tensor  # the discriminator's answer to the same fakes, asked to be "real"


Update = Callable[..., Losses]


def compiled_update(gan: Gan) -> Update:
    """Both phases of the textbook's update in one `tf.function`, with the losses and optimizers that were compiled.

    The same arithmetic as `textbook.textbook_update` on the same batch and noise, with one generator forward instead
    of two: the fakes that the discriminator learns from are the ones the generator is then judged by. The generator
    runs in training mode for both phases, as its own phase needs. (BatchNormalization's moving averages, which no
    training reads, therefore take one step an update here and two there.)

    Source: Goodfellow et al. 2014, algorithm 1, with the non-saturating generator loss of its section 3; the order of
    the assignment sheet's steps 6 and 7.

    The update takes real_images (n, 28, 28, 1) in [-1, 1] and noise (n, latent_dim), and for a conditional GAN the
    real images' labels and those that the fakes are asked for, int32 (n, 1) each. It is traced once for each batch
    size, and the freeze is set inside the traced function, so that it holds in every trace.
    """
    generator, discriminator, combined = gan
    build_optimizers(gan)

    @tf.function
    def update(real_images, noise, real_labels=None, fake_labels=None) -> Losses:
        real = tf.ones((tf.shape(noise)[0], 1))  # (n, 1)
        fake = tf.zeros((tf.shape(noise)[0], 1))  # (n, 1)

        with named_for_graphs(*gan), tf.GradientTape() as tape:
            fake_images = generator(gan.generator_inputs(noise, fake_labels), training=True)  # (n, 28, 28, 1)
            fakes = gan.discriminator_inputs(fake_images, fake_labels)

            with tape.stop_recording(), unfrozen(discriminator):
                reals = gan.discriminator_inputs(real_images, real_labels)
                real_loss = _descend(discriminator, reals, gan.targets(real, real_labels))
                fake_loss = _descend(discriminator, fakes, gan.targets(fake, fake_labels))

            with frozen(discriminator):
                answer = discriminator(fakes, training=True)  # validity (n, 1), and maybe the class (n, classes)
                generator_loss = combined.compute_loss(y=gan.targets(real, fake_labels), y_pred=answer)
                weights = combined.trainable_variables  # the generator's alone, while the discriminator is frozen
        combined.optimizer.apply(tape.gradient(generator_loss, weights), weights)

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def taped_update(gan: Gan) -> Update:
    """Both networks learn from one forward pass: two tapes over it, then both updates, in one `tf.function`.

    Nothing is frozen here: each tape is asked for the gradients of its own network's weights and no others. The
    generator is judged by the discriminator as it was before its step, where `compiled_update` asks the one that has
    just learned. The discriminator takes one step, on the sum of its two losses. Losses and optimizers are those that
    were compiled; the generator's are those of `combined`.

    Source: the MNIST exercise's and the lecture notebook's `train_step`. The update takes real_images
    (n, 28, 28, 1) in [-1, 1] and noise (n, latent_dim), and is traced once for each batch size.
    """
    generator, discriminator, combined = gan
    build_optimizers(gan)

    @tf.function
    def update(real_images, noise) -> Losses:
        real = tf.ones((tf.shape(noise)[0], 1))  # (n, 1)
        fake = tf.zeros((tf.shape(noise)[0], 1))  # (n, 1)

        with named_for_graphs(*gan), tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fake_images = generator(noise, training=True)  # (n, 28, 28, 1)
            real_answer = discriminator(real_images, training=True)  # (n, 1)
            fake_answer = discriminator(fake_images, training=True)  # (n, 1)

            generator_loss = combined.compute_loss(y=real, y_pred=fake_answer)
            real_loss = discriminator.compute_loss(y=real, y_pred=real_answer)
            fake_loss = discriminator.compute_loss(y=fake, y_pred=fake_answer)
            discriminator_loss = real_loss + fake_loss

        of_generator, of_discriminator = generator.trainable_variables, discriminator.trainable_variables
        generator_gradients = generator_tape.gradient(generator_loss, of_generator)
        discriminator_gradients = discriminator_tape.gradient(discriminator_loss, of_discriminator)
        combined.optimizer.apply(generator_gradients, of_generator)
        discriminator.optimizer.apply(discriminator_gradients, of_discriminator)

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def build_optimizers(gan: Gan) -> None:
    """Make both optimizers' variables now, each for the weights that its model trains."""
    with unfrozen(gan.discriminator):
        gan.discriminator.optimizer.build(gan.discriminator.trainable_variables)
    with frozen(gan.discriminator):
        gan.combined.optimizer.build(gan.combined.trainable_variables)


def _descend(model, inputs, targets) -> tf.Tensor:
    """One step of `model`'s own optimizer on its own compiled loss; returns the loss before the step."""
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x=inputs, y=targets, y_pred=model(inputs, training=True))
    weights = model.trainable_variables
    model.optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
