"""The update rules, made by a function of the compiled GAN. All have one signature: a batch in, its losses out.

A batch is (real_images, noise), or of a conditional GAN (real_images, noise, real_labels, fake_labels). The rule of two
tapes does not take the latter: no sheet trains one so. What a rule is made of besides the networks are its
`Ingredients`, each of which can be another of the same signature (`practices/`).
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


class Shown(NamedTuple):
    """What the discriminator is shown: `images` (n, 28, 28, 1), their `labels` (n, 1) or None, and what it should say.

    `validity` (n, 1) is that: 1 for "real", 0 for "fake", unless an ingredient wants something else.
    """

    images: tf.Tensor
    labels: tf.Tensor | None
    validity: tf.Tensor


def asked_to_be_real(gan: Gan, reals: Shown, fakes: Shown, answer) -> tf.Tensor:
    """The generator's loss: the compiled one of the discriminator's `answer` to its fakes, had they been real.

    Source: Goodfellow et al. 2014, section 3 (the non-saturating loss).
    """
    real = tf.ones((tf.shape(fakes.images)[0], 1))  # (n, 1)
    return gan.combined.compute_loss(y=gan.targets(real, fakes.labels), y_pred=answer)


def apart(gan: Gan, reals: Shown, fakes: Shown) -> tuple[tf.Tensor, tf.Tensor]:
    """Two steps of the discriminator, on the real images and then on the fakes; its two losses, each before its step.

    Source: the assignment sheet, step 7.
    """
    return _descend(gan, reals), _descend(gan, fakes)


class Ingredients(NamedTuple):
    """What an update is made of besides the compiled networks; the defaults are the sheets'.

    `shown(images, real)` are the images as the discriminator sees them, in both networks' phases, and
    `wanted(validity, real)` is what the discriminator, but not the generator, is asked for. `remembered(fakes)` are the
    fakes that the discriminator learns from in place of this batch's. `lesson(gan, reals, fakes)` makes its steps where
    it learns in a phase of its own, and returns its losses on both; `penalty(gan, reals, fakes)` is added to their sum
    where it makes one step on that. `objective(gan, reals, fakes, answer)` is the generator's loss.
    """

    shown: Callable = lambda images, real: images
    wanted: Callable = lambda validity, real: validity
    remembered: Callable = lambda fakes: fakes
    lesson: Callable = apart
    penalty: Callable = lambda gan, reals, fakes: 0.0
    objective: Callable = asked_to_be_real


SHEETS = Ingredients()


def compiled_update(gan: Gan, ingredients: Ingredients = SHEETS) -> Update:
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
    generator, discriminator, combined = gan.models
    build_optimizers(gan)

    @tf.function
    def update(real_images, noise, real_labels=None, fake_labels=None) -> Losses:
        with named_for_graphs(*gan.models), tf.GradientTape() as tape:
            fake_images = generator(gan.generator_inputs(noise, fake_labels), training=True)  # (n, 28, 28, 1)
            reals, fakes = _shown(ingredients, real_images, fake_images, real_labels, fake_labels)

            with tape.stop_recording(), unfrozen(discriminator):
                real_loss, fake_loss = ingredients.lesson(gan, reals, ingredients.remembered(fakes))

            with frozen(discriminator):
                answer = discriminator(gan.discriminator_inputs(fakes.images, fakes.labels), training=True)
                generator_loss = ingredients.objective(gan, reals, fakes, answer)
                weights = combined.trainable_variables  # the generator's alone, while the discriminator is frozen
        combined.optimizer.apply(tape.gradient(generator_loss, weights), weights)

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def taped_update(gan: Gan, ingredients: Ingredients = SHEETS) -> Update:
    """Both networks learn from one forward pass: two tapes over it, then both updates, in one `tf.function`.

    Nothing is frozen here: each tape is asked for the gradients of its own network's weights and no others. The
    generator is judged by the discriminator as it was before its step, where `compiled_update` asks the one that has
    just learned. The discriminator takes one step, on the sum of its two losses. Losses and optimizers are those that
    were compiled; the generator's are those of `combined`.

    Source: the MNIST exercise's and the lecture notebook's `train_step`. The update takes real_images
    (n, 28, 28, 1) in [-1, 1] and noise (n, latent_dim), and is traced once for each batch size.
    """
    generator, discriminator, combined = gan.models
    build_optimizers(gan)

    @tf.function
    def update(real_images, noise) -> Losses:
        named = named_for_graphs(*gan.models)
        with named, tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fake_images = generator(noise, training=True)  # (n, 28, 28, 1)
            reals, fakes = _shown(ingredients, real_images, fake_images)
            taught = ingredients.remembered(fakes)
            real_answer = discriminator(reals.images, training=True)  # (n, 1)
            fake_answer = discriminator(fakes.images, training=True)  # (n, 1)
            taught_answer = fake_answer if taught is fakes else discriminator(taught.images, training=True)

            generator_loss = ingredients.objective(gan, reals, fakes, fake_answer)
            real_loss = discriminator.compute_loss(y=reals.validity, y_pred=real_answer)
            fake_loss = discriminator.compute_loss(y=taught.validity, y_pred=taught_answer)
            discriminator_loss = real_loss + fake_loss + ingredients.penalty(gan, reals, taught)

        of_generator, of_discriminator = generator.trainable_variables, discriminator.trainable_variables
        generator_gradients = generator_tape.gradient(generator_loss, of_generator)
        discriminator_gradients = discriminator_tape.gradient(discriminator_loss, of_discriminator)
        combined.optimizer.apply(generator_gradients, of_generator)
        discriminator.optimizer.apply(discriminator_gradients, of_discriminator)

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def discriminator_update(gan: Gan, ingredients: Ingredients = SHEETS) -> Callable[..., None]:
    """The discriminator's phase of `compiled_update` by itself, on fakes of its own.

    Of the generator only BatchNormalization's averages move, as in every pass. Takes what an update takes.
    """
    generator, discriminator, _ = gan.models

    @tf.function
    def update(real_images, noise, real_labels=None, fake_labels=None) -> None:
        with named_for_graphs(*gan.models), unfrozen(discriminator):
            fake_images = generator(gan.generator_inputs(noise, fake_labels), training=True)  # (n, 28, 28, 1)
            reals, fakes = _shown(ingredients, real_images, fake_images, real_labels, fake_labels)
            ingredients.lesson(gan, reals, ingredients.remembered(fakes))

    return update


def build_optimizers(gan: Gan) -> None:
    """Make both optimizers' variables now, each for the weights that its model trains."""
    with unfrozen(gan.discriminator):
        gan.discriminator.optimizer.build(gan.discriminator.trainable_variables)
    with frozen(gan.discriminator):
        gan.combined.optimizer.build(gan.combined.trainable_variables)


def _shown(
    ingredients: Ingredients, real_images, fake_images, real_labels=None, fake_labels=None
) -> tuple[Shown, Shown]:
    """A batch as the discriminator is shown it: the real images and the fakes, with what it should say of them."""
    real = tf.ones((tf.shape(fake_images)[0], 1))  # (n, 1)
    fake = tf.zeros((tf.shape(fake_images)[0], 1))  # (n, 1)
    return (
        Shown(ingredients.shown(real_images, real=True), real_labels, ingredients.wanted(real, real=True)),
        Shown(ingredients.shown(fake_images, real=False), fake_labels, ingredients.wanted(fake, real=False)),
    )


def _descend(gan: Gan, shown: Shown) -> tf.Tensor:
    """One step of the discriminator's own optimizer on its own compiled loss; returns the loss before the step."""
    discriminator = gan.discriminator
    inputs, targets = gan.discriminator_inputs(shown.images, shown.labels), gan.targets(shown.validity, shown.labels)
    with tf.GradientTape() as tape:
        loss = discriminator.compute_loss(x=inputs, y=targets, y_pred=discriminator(inputs, training=True))
    weights = discriminator.trainable_variables
    discriminator.optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
