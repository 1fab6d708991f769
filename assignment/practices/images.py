"""What the discriminator is shown: images with noise, images at fewer pixels, and fakes of earlier updates."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np
import tensorflow as tf

from assignment.practices.draws import Purpose, place, updates_done
from assignment.practices.practice import Practice, in_turn
from assignment.training.gan import Gan
from assignment.training.steps import Shown

# Pixels are in [-1, 1]. Neither paper gives a number for images: at 0.2 garments and digits are still easily told.
DEVIATION, HALVED_EVERY = 0.2, 500  # the latter in updates: nine epochs of the trousers
SIZES = (7, 14, 28)  # pixels
PHASE = 150  # updates for each size and each fading: all is fine after 600, eleven epochs of the trousers
REMEMBERED = 1_024  # fakes, those of sixteen updates at batch 128; as many bytes as a small network


class InstanceNoise(Practice):
    """Normal noise on all that the discriminator sees, which becomes less with every update.

    Sources: Sønderby et al. 2017, section 3.2; Arjovsky and Bottou 2017, theorem 3.2.
    """

    def ingredients(self, ingredients, gan):
        add = partial(noisy, gan=gan, seed=self.setting.seed)
        return ingredients._replace(shown=in_turn(ingredients.shown, add))


class ProgressiveGrowing(Practice):
    """Real and fake images are compared at 7x7, then at 14x14 and 28x28 pixels, as if the networks had grown.

    Each size fades in as the paper has it, (1 - a) * coarse + a * fine. Here the networks have all their layers from
    the beginning, so that nothing about them changes while they train. Source: Karras et al. 2018, section 2.
    """

    def ingredients(self, ingredients, gan):
        return ingredients._replace(shown=in_turn(ingredients.shown, partial(grown, gan=gan)))


class Replay(Practice):
    """Half of the fakes that the discriminator learns from are earlier ones. Source: Shrivastava et al. 2017, 2.3."""

    def compiled(self, gan):
        shape = (REMEMBERED, 28, 28, 1)
        images = keras.Variable(np.zeros(shape, np.float32), trainable=False, name="remembered_images")
        labels = keras.Variable(np.zeros((REMEMBERED, 1), np.int32), trainable=False, dtype="int32", name="of_class")
        filled = keras.Variable(0, trainable=False, dtype="int32", name="filled")
        return gan._replace(memory=(images, labels, filled))

    def ingredients(self, ingredients, gan):
        return ingredients._replace(remembered=partial(mixed_with_earlier, gan=gan, seed=self.setting.seed))


def noisy(images: tf.Tensor, real: bool, *, gan: Gan, seed: int) -> tf.Tensor:
    """`images` (n, 28, 28, 1) with noise of the deviation that is due at this update."""
    purpose = Purpose.NOISE_ON_REALS if real else Purpose.NOISE_ON_FAKES
    deviation = DEVIATION * 0.5 ** (tf.cast(updates_done(gan), tf.float32) / HALVED_EVERY)
    return images + deviation * tf.random.stateless_normal(tf.shape(images), place(gan, seed, purpose))


def grown(images: tf.Tensor, real: bool, *, gan: Gan) -> tf.Tensor:
    """`images` (n, 28, 28, 1) as they are to be compared at this update."""
    phases = tf.cast(updates_done(gan), tf.float32) / PHASE
    for number, size in reversed(list(enumerate(SIZES[:-1]))):
        finer = tf.clip_by_value(phases - (2 * number + 1), 0, 1)
        images = (1 - finer) * at_size(images, size) + finer * images
    return images


def at_size(images: tf.Tensor, size: int) -> tf.Tensor:
    """`images` (n, 28, 28, 1) with every square of pixels at its mean, so that `size` by `size` squares are left."""
    side = 28 // size
    squares = tf.nn.avg_pool2d(images, side, side, "VALID")  # (n, size, size, 1)
    return tf.repeat(tf.repeat(squares, side, axis=1), side, axis=2)


def mixed_with_earlier(fakes: Shown, *, gan: Gan, seed: int) -> Shown:
    """Half of `fakes`, and as many of the memory's, into which the other half goes in place of some that were there."""
    images, labels, filled = gan.memory
    count = tf.shape(fakes.images)[0]
    half = tf.minimum(count // 2, REMEMBERED)
    new_images = tf.stop_gradient(fakes.images[:half])
    forgotten = tf.argsort(tf.random.stateless_uniform([REMEMBERED], place(gan, seed, Purpose.FORGOTTEN)))[:half]
    following = (tf.convert_to_tensor(filled) + tf.range(half)) % REMEMBERED  # the empty ones first
    slots = tf.where(filled.value < REMEMBERED, following, forgotten)[:, tf.newaxis]
    images.assign(tf.tensor_scatter_nd_update(images.value, slots, new_images))
    filled.assign(tf.minimum(filled + half, REMEMBERED))
    order = tf.random.stateless_uniform([half], place(gan, seed, Purpose.RECALLED))
    recalled = tf.cast(order * tf.cast(filled.value, tf.float32), tf.int32)
    shown = tf.concat([fakes.images[half:], tf.gather(images.value, recalled)], axis=0)
    if fakes.labels is None:
        return fakes._replace(images=shown)
    labels.assign(tf.tensor_scatter_nd_update(labels.value, slots, fakes.labels[:half]))
    return fakes._replace(
        images=shown, labels=tf.concat([fakes.labels[half:], tf.gather(labels.value, recalled)], axis=0)
    )
