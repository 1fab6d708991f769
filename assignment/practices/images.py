"""Practices that change the images that the discriminator sees: noise, a lower resolution, fakes of earlier updates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import keras
import numpy as np
import tensorflow as tf

from assignment.practices.draws import Purpose, draw_seed, updates_done
from assignment.practices.practice import Practice, in_turn
from assignment.training.gan import Gan
from assignment.training.steps import DiscriminatorBatch, Ingredients

# Standard deviation, with pixels in [-1, 1]. Neither paper gives one for images; at 0.2 garments and digits are still
# easy to recognize.
INSTANCE_NOISE = 0.2
NOISE_HALF_LIFE = 500  # updates: nine epochs of the trousers
RESOLUTIONS = (7, 14, 28)  # pixels
PHASE_UPDATES = 150  # for each resolution and each fade: full resolution after 600, eleven epochs of the trousers
MEMORY_SIZE = 1_024  # fakes: those of sixteen updates at batch size 128, about as large as a small network


class InstanceNoise(Practice):
    """Normal noise on all images that the discriminator sees, less with every update.

    Sources: Sønderby et al. 2017, section 3.2; Arjovsky and Bottou 2017, theorem 3.2.
    """

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        transform = partial(add_noise, gan=gan, seed=self.context.seed)
        return ingredients._replace(transform_images=in_turn(ingredients.transform_images, transform))


class ProgressiveGrowing(Practice):
    """The discriminator sees images at 7x7 pixels, then at 14x14 and 28x28, each fading in as in the paper.

    In the paper the networks grow as well. Here they have all their layers from the start.
    Source: Karras et al. 2018, section 2.
    """

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        transform = partial(limit_resolution, gan=gan)
        return ingredients._replace(transform_images=in_turn(ingredients.transform_images, transform))


class Replay(Practice):
    """Half of the discriminator's fakes are from earlier updates. Source: Shrivastava et al. 2017, section 2.3."""

    def compiled(self, gan: Gan) -> Gan:
        self._memory = empty_memory()
        return gan._replace(memory=(*gan.memory, *self._memory))

    def ingredients(self, ingredients: Ingredients, gan: Gan) -> Ingredients:
        replay = partial(replay_half, memory=self._memory, gan=gan, seed=self.context.seed)
        return ingredients._replace(replay=replay)


def empty_memory() -> tuple[keras.Variable, keras.Variable, keras.Variable]:
    """Return variables for stored fakes: images (MEMORY_SIZE, 28, 28, 1), labels (MEMORY_SIZE, 1), and their number."""
    images = np.zeros((MEMORY_SIZE, 28, 28, 1), np.float32)
    labels = np.zeros((MEMORY_SIZE, 1), np.int32)
    return (
        keras.Variable(images, trainable=False, name="replay_images"),
        keras.Variable(labels, trainable=False, dtype="int32", name="replay_labels"),
        keras.Variable(0, trainable=False, dtype="int32", name="replay_count"),
    )


def add_noise(images: tf.Tensor, real: bool, *, gan: Gan, seed: int) -> tf.Tensor:
    """Return images (n, 28, 28, 1) with noise, whose standard deviation depends on the number of updates so far."""
    purpose = Purpose.NOISE_ON_REALS if real else Purpose.NOISE_ON_FAKES
    deviation = INSTANCE_NOISE * 0.5 ** (tf.cast(updates_done(gan), tf.float32) / NOISE_HALF_LIFE)
    return images + deviation * tf.random.stateless_normal(tf.shape(images), draw_seed(gan, seed, purpose))


def limit_resolution(images: tf.Tensor, real: bool, *, gan: Gan) -> tf.Tensor:
    """Return images (n, 28, 28, 1) at the resolution that is due after the number of updates so far.

    While a resolution fades in, the images are (1 - a) * coarse + a * fine, with a rising from 0 to 1.
    """
    phases = tf.cast(updates_done(gan), tf.float32) / PHASE_UPDATES
    for number, resolution in reversed(list(enumerate(RESOLUTIONS[:-1]))):
        fraction = tf.clip_by_value(phases - (2 * number + 1), 0, 1)
        images = (1 - fraction) * at_resolution(images, resolution) + fraction * images
    return images


def at_resolution(images: tf.Tensor, resolution: int) -> tf.Tensor:
    """Return images (n, 28, 28, 1) divided into `resolution` by `resolution` squares, each filled with its mean."""
    side = 28 // resolution
    squares = tf.nn.avg_pool2d(images, side, side, "VALID")  # (n, resolution, resolution, 1)
    return tf.repeat(tf.repeat(squares, side, axis=1), side, axis=2)


def replay_half(
    fakes: DiscriminatorBatch, *, memory: Sequence[keras.Variable], gan: Gan, seed: int
) -> DiscriminatorBatch:
    """Store the first half of `fakes`; return `fakes` with that half replaced by random stored ones.

    memory: the variables of `empty_memory`.
    Empty slots of the memory are filled first, then random ones are overwritten.
    """
    images, labels, stored = memory
    count = tf.shape(fakes.images)[0]
    half = tf.minimum(count // 2, MEMORY_SIZE)
    new_images = tf.stop_gradient(fakes.images[:half])
    order = tf.argsort(tf.random.stateless_uniform([MEMORY_SIZE], draw_seed(gan, seed, Purpose.REPLAY_OVERWRITTEN)))
    random_slots = order[:half]
    next_slots = (tf.convert_to_tensor(stored) + tf.range(half)) % MEMORY_SIZE
    slots = tf.where(stored.value < MEMORY_SIZE, next_slots, random_slots)[:, tf.newaxis]
    images.assign(tf.tensor_scatter_nd_update(images.value, slots, new_images))
    stored.assign(tf.minimum(stored + half, MEMORY_SIZE))
    fractions = tf.random.stateless_uniform([half], draw_seed(gan, seed, Purpose.REPLAY_RECALLED))
    recalled = tf.cast(fractions * tf.cast(stored.value, tf.float32), tf.int32)
    mixed_images = tf.concat([fakes.images[half:], tf.gather(images.value, recalled)], axis=0)
    if fakes.labels is None:
        return fakes._replace(images=mixed_images)
    labels.assign(tf.tensor_scatter_nd_update(labels.value, slots, fakes.labels[:half]))
    mixed_labels = tf.concat([fakes.labels[half:], tf.gather(labels.value, recalled)], axis=0)
    return fakes._replace(images=mixed_images, labels=mixed_labels)
