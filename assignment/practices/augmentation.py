"""Practices against a discriminator that memorizes the training images: every image that it sees is changed at random.

Real images and fakes are changed in the same way, in both phases, and the generator's gradient flows through the
changes, so the generator does not learn them. (`Flip` is the exception: the discriminator cannot tell whether an image
was mirrored.)
"""

from __future__ import annotations

from functools import partial

import keras
import tensorflow as tf

from assignment.practices.draws import Purpose, draw_seed, updates_done
from assignment.practices.practice import Practice, in_turn
from assignment.training.gan import Gan, gives_probability
from assignment.training.steps import Ingredients, Losses, Update

BLACK = -1.0  # the background of both data sets
TRANSLATION = 3  # pixels; Zhao et al. 2020 have an eighth of the side, which is 3.5
CUTOUT = 9  # pixels; Zhao et al. 2020 have half of the side, but a trouser leg is 5 pixels wide
BRIGHTNESS = 0.5  # added to pixels in [-1, 1], at most (Zhao et al. 2020)
CONTRAST = 0.5  # the distances from the mean are multiplied by 1 - 0.5 to 1 + 0.5 (Zhao et al. 2020)
# Karras et al. 2020, section 3: the share of real images whose output is positive, minus that of the others.
TARGET_CERTAINTY = 0.6
ADJUSTMENT_INTERVAL = 4  # updates (Karras et al. 2020)
IMAGES_TO_FULL_PROBABILITY = 500_000  # real images in which it can rise from 0 to 1 (Karras et al. 2020)


class DifferentiableAugmentation(Practice):
    """Translation, a square cut out, brightness and contrast of every image. Source: Zhao et al. 2020, section 3.2."""

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        transform = partial(change_images, gan=gan, seed=self.context.seed)
        return ingredients._replace(transform_images=in_turn(ingredients.transform_images, transform))


class AdaptiveAugmentation(Practice):
    """The changes of `DifferentiableAugmentation`, each with a probability that follows the discriminator's certainty.

    The certainty is that of every fourth batch, without dropout; the paper's is the mean over four batches in training
    mode. The paper has more changes, also of colors.
    Source: Karras et al. 2020, section 3.
    """

    def compiled(self, gan: Gan) -> Gan:
        self._probability = keras.Variable(0.0, trainable=False, name="augmentation_probability")
        return gan._replace(memory=(*gan.memory, self._probability))

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        transform = partial(change_images, gan=gan, seed=self.context.seed, probability=self._probability)
        return ingredients._replace(transform_images=in_turn(ingredients.transform_images, transform))

    def update(self, update: Update, gan: Gan, ingredients: Ingredients) -> Update:
        adjust = adjustment(self._probability, gan, ingredients, self.context.batch_size)

        def adaptive_update(real_images, noise, *labels) -> Losses:
            losses = update(real_images, noise, *labels)
            if int(updates_done(gan)) % ADJUSTMENT_INTERVAL == 0:
                adjust(real_images, *labels[:1])
            return losses

        return adaptive_update


class Flip(Practice):
    """Every image that the discriminator sees is mirrored horizontally with probability 1/2.

    Source: Karras et al. 2020, appendix B. (There, the real images of some data sets are also mirrored before the
    training.)
    """

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        transform = partial(mirror_half, gan=gan, seed=self.context.seed)
        return ingredients._replace(transform_images=in_turn(ingredients.transform_images, transform))


def mirror_half(images: tf.Tensor, real: bool, *, gan: Gan, seed: int) -> tf.Tensor:
    """Return images (n, 28, 28, 1), each mirrored horizontally with probability 1/2."""
    purpose = Purpose.MIRRORED_REALS if real else Purpose.MIRRORED_FAKES
    fractions = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), draw_seed(gan, seed, purpose))
    return tf.where(fractions < 0.5, tf.reverse(images, axis=(2,)), images)


def change_images(
    images: tf.Tensor, real: bool, *, gan: Gan, seed: int, probability: keras.Variable | float = 1.0
) -> tf.Tensor:
    """Return images (n, 28, 28, 1), each changed by other draws: contrast, brightness, translation and cutout in turn.

    probability: that of each change of each image.
    """
    purpose = Purpose.CHANGES_OF_REALS if real else Purpose.CHANGES_OF_FAKES
    draws = tf.random.stateless_uniform((9, tf.shape(images)[0]), draw_seed(gan, seed, purpose))
    contrast, brightness, down, right, top, left, *chances = tf.unstack(draws)  # (n,) each, in [0, 1)
    applied = [(chance < probability)[:, tf.newaxis, tf.newaxis, tf.newaxis] for chance in chances]
    images = tf.where(applied[0], change_color(images, contrast, brightness), images)
    images = tf.where(applied[1], translate(images, _shift(down), _shift(right)), images)
    return tf.where(applied[2], cut_out(images, _center(top), _center(left)), images)


def change_color(images: tf.Tensor, contrast: tf.Tensor, brightness: tf.Tensor) -> tf.Tensor:
    """Return images (n, 28, 28, 1) with other contrast and brightness; both are (n,), and 0.5 changes nothing."""
    factors = 1 + CONTRAST * (2 * contrast - 1)[:, tf.newaxis, tf.newaxis, tf.newaxis]
    offsets = BRIGHTNESS * (2 * brightness - 1)[:, tf.newaxis, tf.newaxis, tf.newaxis]
    mean = tf.reduce_mean(images, axis=(1, 2, 3), keepdims=True)
    return (images - mean) * factors + mean + offsets


def translate(images: tf.Tensor, down: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Return images (n, 28, 28, 1) moved by whole pixels `down` and `right`, int32 (n,), with black where they were.

    A product with a matrix of zeros and ones for each direction takes less time than gathering the pixels.
    """
    rows, columns = (tf.one_hot(tf.range(28) - shift[:, tf.newaxis], 28) for shift in (down, right))  # (n, 28, 28)
    moved = tf.matmul(rows, tf.matmul(images[..., 0] - BLACK, columns, transpose_b=True))  # (n, 28, 28)
    return moved[..., tf.newaxis] + BLACK


def cut_out(images: tf.Tensor, row: tf.Tensor, column: tf.Tensor) -> tf.Tensor:
    """Return images (n, 28, 28, 1) with a black square around the pixel `row`, `column`, int32 (n,)."""
    inside_rows, inside_columns = (
        tf.abs(tf.range(28) - center[:, tf.newaxis]) <= CUTOUT // 2 for center in (row, column)
    )  # (n, 28) each
    inside = inside_rows[:, :, tf.newaxis, tf.newaxis] & inside_columns[:, tf.newaxis, :, tf.newaxis]
    return tf.where(inside, BLACK, images)


def adjustment(probability: keras.Variable, gan: Gan, ingredients: Ingredients, batch_size: int):
    """Return a function of real images (and labels) that raises or lowers the probability by one step.

    It rises if the discriminator is more certain of these images than `TARGET_CERTAINTY`.
    """
    step = ADJUSTMENT_INTERVAL * batch_size / IMAGES_TO_FULL_PROBABILITY
    undecided = undecided_output(gan.discriminator)

    @tf.function(autograph=False)
    def adjust(real_images, labels=None) -> None:
        seen = ingredients.transform_images(real_images, real=True)
        outputs = gan.discriminator(gan.discriminator_inputs(seen, labels), training=False)
        outputs = tf.cast(tf.nest.flatten(outputs)[0], tf.float32)  # (n, 1); an auxiliary discriminator has another one
        certainty = tf.reduce_mean(tf.sign(outputs - undecided))
        change = step * tf.sign(certainty - TARGET_CERTAINTY)
        probability.assign(tf.clip_by_value(probability + change, 0.0, 1.0))

    return adjust


def undecided_output(discriminator: keras.Model) -> float:
    """Return the output of a compiled discriminator that is undecided: 0.5 for probabilities and squared errors."""
    is_squared = isinstance(discriminator.loss, keras.losses.MeanSquaredError)
    return 0.5 if is_squared or gives_probability(discriminator) else 0.0


def _shift(fractions: tf.Tensor) -> tf.Tensor:
    """Return whole pixels from -TRANSLATION to TRANSLATION for fractions in [0, 1)."""
    return tf.cast(tf.floor(fractions * (2 * TRANSLATION + 1)), tf.int32) - TRANSLATION


def _center(fractions: tf.Tensor) -> tf.Tensor:
    """Return pixels from 0 to 27 for fractions in [0, 1)."""
    return tf.cast(tf.floor(fractions * 28), tf.int32)
