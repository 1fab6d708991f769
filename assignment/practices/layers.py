"""Layers that practices put into a discriminator."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers

KERNELS, SIZE = 32, 8  # measures of minibatch discrimination and the numbers in each; the paper gives none
LEAST = 1e-12  # below any square that occurs: nothing is divided by 0, and no slope is infinite


@keras.saving.register_keras_serializable("assignment")
class SpectralNormalization(layers.Wrapper):
    """A Dense or Conv2D layer whose kernel is divided by its spectral norm while it is used, and is itself left alone.

    The norm, the largest singular value of the kernel as a matrix (inputs, outputs), is followed by one step of the
    power method in every pass of the training. (Keras' own wrapper writes the divided kernel back into the layer. On
    Keras 3 that moves a discriminator which is frozen, in the generator's phase; docs/practices.md.)

    Source: Miyato et al. 2018, algorithm 1.
    """

    def __init__(self, layer, **options):
        # What goes through is of the layer's precision; without autocast the norm is reckoned in float32 all the same.
        super().__init__(layer, **{"dtype": layer.dtype_policy, **options, "autocast": False})
        layer.dtype_policy = self.dtype_policy

    @property
    def activation(self):
        """The layer's own."""
        return self.layer.activation

    def build(self, input_shape=None):
        super().build(input_shape)
        self.direction = self.add_weight(
            shape=(1, self.layer.kernel.shape[-1]), initializer="random_normal", trainable=False, name="direction"
        )

    def call(self, inputs, training=False):
        kernel = keras.ops.cast(self.layer.kernel / self._followed_norm(training), self.compute_dtype)
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        if isinstance(self.layer, layers.Conv2D):
            outputs = self.layer.convolution_op(inputs, kernel)
        else:
            outputs = keras.ops.matmul(inputs, kernel)
        if self.layer.use_bias:
            outputs += keras.ops.cast(self.layer.bias, outputs.dtype)
        return self.activation(outputs)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def _followed_norm(self, training: bool) -> tf.Tensor:
        matrix = tf.reshape(tf.convert_to_tensor(self.layer.kernel), (-1, self.layer.kernel.shape[-1]))
        left = tf.math.l2_normalize(tf.matmul(self.direction, matrix, transpose_b=True), epsilon=LEAST)
        right = tf.math.l2_normalize(tf.matmul(left, matrix), epsilon=LEAST)
        left, right = tf.stop_gradient(left), tf.stop_gradient(right)
        if training:
            self.direction.assign(right)
        return tf.squeeze(tf.matmul(tf.matmul(left, matrix), right, transpose_b=True))


@keras.saving.register_keras_serializable("assignment")
class MinibatchDiscrimination(layers.Layer):
    """Features (n, d) with `KERNELS` numbers more: how near each is to the others of its batch, by learned measures.

    Number b of image i is the sum over the other images j of exp(-|m_ib - m_jb|), the distance of two rows of `SIZE`
    learned numbers. Source: Salimans et al. 2016, section 3.2.
    """

    def build(self, input_shape):
        self.measures = self.add_weight(
            shape=(input_shape[-1], KERNELS * SIZE), initializer="glorot_uniform", name="measures"
        )

    def call(self, features):
        # In float32: beside the 1 of itself, bfloat16 loses what is far.
        rows = keras.ops.cast(keras.ops.matmul(features, self.measures), "float32")
        rows = keras.ops.reshape(rows, (-1, KERNELS, SIZE))  # (n, KERNELS, SIZE)
        apart = keras.ops.abs(rows[:, None] - rows[None])  # (n, n, KERNELS, SIZE)
        near = keras.ops.exp(-keras.ops.sum(apart, axis=-1))  # (n, n, KERNELS)
        others = keras.ops.sum(near, axis=1) - 1  # (n, KERNELS); an image is at distance 0 from itself
        return keras.ops.concatenate([features, keras.ops.cast(others, features.dtype)], axis=-1)  # (n, d + KERNELS)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + KERNELS)


@keras.saving.register_keras_serializable("assignment")
class MinibatchDeviation(layers.Layer):
    """Features (n, d) with one number more, the same for all: the standard deviation over the batch, at its mean.

    Source: Karras et al. 2018, section 3 (there as a plane of the last convolution).
    """

    def call(self, features):
        spread = keras.ops.sqrt(keras.ops.var(keras.ops.cast(features, "float32"), axis=0) + LEAST)
        one = keras.ops.cast(keras.ops.mean(spread), features.dtype) * keras.ops.ones_like(features[:, :1])  # (n, 1)
        return keras.ops.concatenate([features, one], axis=-1)  # (n, d + 1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)
