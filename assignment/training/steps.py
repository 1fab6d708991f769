"""The update rules: each turns a batch into one update of both networks and returns its losses.

`compiled_update` has the two phases of the assignment sheet, the discriminator's and the generator's.
`taped_update` is the two-tape train step of the MNIST exercise and the lecture.

A batch is (real_images, noise), or (real_images, noise, real_labels, fake_labels) for a conditional GAN.
A practice replaces an ingredient of an update with another of the same signature (`practices/`).

Updates are traced without autograph: none branches on a tensor, and tracing takes a tenth less time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import NamedTuple, Protocol

import tensorflow as tf

from assignment.training.fast import fast_operations
from assignment.training.freezing import frozen, unfrozen
from assignment.training.gan import Gan
from assignment.training.naming import named_for_graphs


class Losses(NamedTuple):
    """The losses of one update, in nats, each computed before its own optimizer step."""

    real: tf.Tensor  # discriminator loss on real images
    fake: tf.Tensor  # discriminator loss on fake images
    generator: tf.Tensor  # generator loss on the same fake images


Update = Callable[..., Losses]


class DiscriminatorBatch(NamedTuple):
    """One batch for the discriminator.

    images: (n, 28, 28, 1).
    labels: (n, 1), or None if the GAN is not conditional.
    validity: (n, 1), the target: 1 for real and 0 for fake, unless a practice changes it.
    """

    images: tf.Tensor
    labels: tf.Tensor | None
    validity: tf.Tensor


def non_saturating_loss(gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, output) -> tf.Tensor:
    """Return the generator loss: the compiled loss of the discriminator's `output` on fakes against the target "real".

    Source: Goodfellow et al. 2014, section 3.
    """
    real = tf.ones((tf.shape(fakes.images)[0], 1))  # (n, 1)
    return gan.combined.compute_loss(y=gan.discriminator_targets(real, fakes.labels), y_pred=output)


def two_losses(
    gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, real_output: tf.Tensor, fake_output: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the compiled loss of the discriminator's outputs (n, 1) for real images, and that for fakes."""
    compute_loss = gan.discriminator.compute_loss
    return compute_loss(y=reals.validity, y_pred=real_output), compute_loss(y=fakes.validity, y_pred=fake_output)


def separate_steps(
    gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, ingredients: Ingredients
) -> tuple[tf.Tensor, tf.Tensor]:
    """Train the discriminator on the real images, then on the fakes; return both losses, each before its step.

    Source: the assignment sheet, step 7.
    """
    real_loss = _gradient_step(gan, reals, lambda: ingredients.image_penalty(gan, reals, real=True))
    fake_loss = _gradient_step(gan, fakes, lambda: ingredients.image_penalty(gan, fakes, real=False))
    return real_loss, fake_loss


def no_penalty(gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch) -> tf.Tensor | float:
    """Return no penalty: 0."""
    return 0.0


def total_penalty(
    gan: Gan, reals: DiscriminatorBatch, fakes: DiscriminatorBatch, ingredients: Ingredients
) -> tf.Tensor | float:
    """Return all penalties of a step on real images and fakes together."""
    return (
        ingredients.penalty(gan, reals, fakes)
        + ingredients.image_penalty(gan, reals, real=True)
        + ingredients.image_penalty(gan, fakes, real=False)
    )


class Transform(Protocol):
    """A change of images (n, 28, 28, 1) or of targets (n, 1) that depends on whether they are real."""

    def __call__(self, values: tf.Tensor, /, real: bool) -> tf.Tensor: ...


class ImagePenalty(Protocol):
    """A penalty on the discriminator's outputs for one batch, which depends on whether its images are real."""

    def __call__(self, gan: Gan, batch: DiscriminatorBatch, /, real: bool) -> tf.Tensor | float: ...


class Ingredients(NamedTuple):
    """The replaceable parts of an update; the defaults are the sheets'.

    transform_images(images, real): the images as the discriminator sees them, in both phases.
    targets(validity, real): the discriminator's targets, (n, 1). The generator's targets do not change.
    replay(fakes): the fakes that the discriminator trains on instead of this batch's.
    discriminator_step(gan, reals, fakes, ingredients): trains the discriminator and returns its two losses, in
        `compiled_update`.
    discriminator_losses(gan, reals, fakes, real_output, fake_output): the two losses of a joint step (`taped_update`,
        `joint_step`).
    penalty(gan, reals, fakes): is added to the discriminator's losses in a joint step.
    image_penalty(gan, batch, real): is added to the discriminator's loss on either batch in every step.
    generator_loss(gan, reals, fakes, output): the loss that the generator minimizes.
    """

    transform_images: Transform = lambda images, real: images
    targets: Transform = lambda validity, real: validity
    replay: Callable[[DiscriminatorBatch], DiscriminatorBatch] = lambda fakes: fakes
    discriminator_step: Callable[..., tuple[tf.Tensor, tf.Tensor]] = separate_steps
    discriminator_losses: Callable[..., tuple[tf.Tensor, tf.Tensor]] = two_losses
    penalty: Callable[[Gan, DiscriminatorBatch, DiscriminatorBatch], tf.Tensor | float] = no_penalty
    image_penalty: ImagePenalty = lambda gan, batch, real: 0.0
    generator_loss: Callable[[Gan, DiscriminatorBatch, DiscriminatorBatch, tf.Tensor], tf.Tensor] = non_saturating_loss


SHEET_INGREDIENTS = Ingredients()


def compiled_update(gan: Gan, ingredients: Ingredients = SHEET_INGREDIENTS, fast: bool = True) -> Update:
    """Return the sheet's update in one `tf.function`: the discriminator phase, then the generator phase.

    It computes what `textbook.textbook_update` computes from the same batch and noise, with the compiled losses and
    optimizers, but with one generator forward pass instead of two: the discriminator trains on the same fakes that the
    generator is then trained through. The generator runs in training mode in both phases. (BatchNormalization's moving
    averages, which no training step reads, are therefore updated once here and twice there.)

    The update takes real_images (n, 28, 28, 1) in [-1, 1] and noise (n, latent_dim); a conditional GAN also takes
    real_labels and fake_labels, int32 (n, 1). It is traced once per batch size. The freeze is set inside the traced
    function, so it holds in every trace.

    fast: compute with the operations of `training/fast.py`; otherwise with Keras' own, for comparison.

    Source: Goodfellow et al. 2014, algorithm 1, with the non-saturating loss of section 3; the assignment sheet, steps
    6 and 7.
    """
    generator, discriminator, combined = gan.models
    build_optimizers(gan)

    @tf.function(autograph=False)
    def update(real_images, noise, real_labels=None, fake_labels=None) -> Losses:
        with _traced(gan, fast):
            with tf.GradientTape() as tape:
                # The tape records the generator, since phase 2 needs its gradient.
                fake_images = generator(gan.generator_inputs(noise, fake_labels), training=True)  # (n, 28, 28, 1)
                reals, fakes = _discriminator_batches(ingredients, real_images, fake_images, real_labels, fake_labels)

                # Phase 1: the discriminator. By default `separate_steps`: a step on the real images, then one on the
                # fakes. The tape stops, since these steps are not part of the generator's gradient.
                with tape.stop_recording(), unfrozen(discriminator):
                    replayed = ingredients.replay(fakes)
                    real_loss, fake_loss = ingredients.discriminator_step(gan, reals, replayed, ingredients)

                # Phase 2: the generator, through the frozen discriminator. By default with `non_saturating_loss`.
                with frozen(discriminator):
                    output = discriminator(gan.discriminator_inputs(fakes.images, fakes.labels), training=True)
                    generator_loss = ingredients.generator_loss(gan, reals, fakes, output)
                    weights = combined.trainable_variables  # the generator's only, while the discriminator is frozen
            # Still phase 2: the generator's step.
            combined.optimizer.apply(tape.gradient(generator_loss, weights), weights)

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def taped_update(gan: Gan, ingredients: Ingredients = SHEET_INGREDIENTS, fast: bool = True) -> Update:
    """Return the two-tape update in one `tf.function`: one forward pass, then both optimizer steps.

    Nothing is frozen: each tape computes the gradients of its own network's weights only. The generator is trained
    through the discriminator as it was before its step (in `compiled_update`, after it). The discriminator takes one
    step on the sum of its two losses. Losses and optimizers are the compiled ones; the generator's are those of
    `combined`.

    The update takes real_images (n, 28, 28, 1) in [-1, 1] and noise (n, latent_dim). It is traced once per batch size.

    fast: compute with the operations of `training/fast.py`; otherwise with Keras' own, for comparison.

    Source: `train_step` of the MNIST exercise and of the lecture notebook.
    """
    generator, discriminator, combined = gan.models
    build_optimizers(gan)

    @tf.function(autograph=False)
    def update(real_images, noise) -> Losses:
        with _traced(gan, fast):
            with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
                fake_images = generator(noise, training=True)  # (n, 28, 28, 1)
                reals, fakes = _discriminator_batches(ingredients, real_images, fake_images)
                replayed = ingredients.replay(fakes)
                real_output = discriminator(reals.images, training=True)  # (n, 1)
                fake_output = discriminator(fakes.images, training=True)  # (n, 1)
                replayed_output = fake_output if replayed is fakes else discriminator(replayed.images, training=True)

                generator_loss = ingredients.generator_loss(gan, reals, fakes, fake_output)
                real_loss, fake_loss = ingredients.discriminator_losses(
                    gan, reals, replayed, real_output, replayed_output
                )
                discriminator_loss = real_loss + fake_loss + total_penalty(gan, reals, replayed, ingredients)

            generator_weights, discriminator_weights = generator.trainable_variables, discriminator.trainable_variables
            generator_gradients = generator_tape.gradient(generator_loss, generator_weights)
            discriminator_gradients = discriminator_tape.gradient(discriminator_loss, discriminator_weights)
            combined.optimizer.apply(generator_gradients, generator_weights)
            discriminator.optimizer.apply(discriminator_gradients, discriminator_weights)

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def discriminator_update(gan: Gan, ingredients: Ingredients = SHEET_INGREDIENTS) -> Callable[..., None]:
    """Return an update of the discriminator alone: the first phase of `compiled_update`, on its own fakes.

    The generator's weights do not change, only BatchNormalization's moving averages do, as in every training pass.
    The update takes the same batch as `compiled_update`.
    """
    generator, discriminator, _ = gan.models

    @tf.function(autograph=False)
    def update(real_images, noise, real_labels=None, fake_labels=None) -> None:
        with _traced(gan), unfrozen(discriminator):
            fake_images = generator(gan.generator_inputs(noise, fake_labels), training=True)  # (n, 28, 28, 1)
            reals, fakes = _discriminator_batches(ingredients, real_images, fake_images, real_labels, fake_labels)
            ingredients.discriminator_step(gan, reals, ingredients.replay(fakes), ingredients)

    return update


@contextmanager
def _traced(gan: Gan, fast: bool = True) -> Iterator[None]:
    """Within the block the models have names that TensorFlow can trace and, if `fast`, the operations of `fast`."""
    with named_for_graphs(*gan.models), fast_operations(*gan.models) if fast else nullcontext():
        yield


def build_optimizers(gan: Gan) -> None:
    """Create the variables of both optimizers, each for the weights that its model trains."""
    with unfrozen(gan.discriminator):
        gan.discriminator.optimizer.build(gan.discriminator.trainable_variables)
    with frozen(gan.discriminator):
        gan.combined.optimizer.build(gan.combined.trainable_variables)


def _discriminator_batches(
    ingredients: Ingredients, real_images, fake_images, real_labels=None, fake_labels=None
) -> tuple[DiscriminatorBatch, DiscriminatorBatch]:
    """Return the real and the fake batch as the discriminator sees them, with their targets."""
    real = tf.ones((tf.shape(fake_images)[0], 1))  # (n, 1)
    fake = tf.zeros((tf.shape(fake_images)[0], 1))  # (n, 1)
    seen_reals = ingredients.transform_images(real_images, real=True)
    real_targets = ingredients.targets(real, real=True)
    seen_fakes = ingredients.transform_images(fake_images, real=False)
    fake_targets = ingredients.targets(fake, real=False)
    return (
        DiscriminatorBatch(seen_reals, real_labels, real_targets),
        DiscriminatorBatch(seen_fakes, fake_labels, fake_targets),
    )


def _gradient_step(gan: Gan, batch: DiscriminatorBatch, penalty: Callable[[], tf.Tensor | float]) -> tf.Tensor:
    """Take one optimizer step of the discriminator on its compiled loss and the penalty; return the loss before it."""
    discriminator = gan.discriminator
    inputs = gan.discriminator_inputs(batch.images, batch.labels)
    targets = gan.discriminator_targets(batch.validity, batch.labels)
    with tf.GradientTape() as tape:
        loss = discriminator.compute_loss(x=inputs, y=targets, y_pred=discriminator(inputs, training=True))
        total = loss + penalty()
    weights = discriminator.trainable_variables
    discriminator.optimizer.apply(tape.gradient(total, weights), weights)
    return loss
