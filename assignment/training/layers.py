"""Layers that practices add to a discriminator."""

from __future__ import annotations

import keras
import tensorflow as tf
from keras import layers

from assignment.foreign.kinds import MINIBATCH_KERNEL_SIZE as KERNEL_SIZE
from assignment.foreign.kinds import MINIBATCH_KERNELS as KERNELS

EPSILON = 1e-12  # below any square that occurs: avoids division by 0 and infinite derivatives


@keras.saving.register_keras_serializable("assignment")
class SpectralNormalization(layers.Wrapper):
    """A Dense or Conv2D layer that uses its kernel divided by the kernel's spectral norm.

    The norm is the largest singular value of the kernel as a matrix (inputs, outputs). Each forward pass in training
    mode improves its estimate by one step of the power method. The stored kernel does not change. (Keras' own wrapper
    writes the divided kernel back into the layer. On Keras 3 this changes a frozen discriminator in the generator's
    phase; docs/practices.md.)

    Source: Miyato et al. 2018, algorithm 1.
    """

    def __init__(self, layer, **kwargs):
        # The outputs have the layer's precision. Without autocast the norm is computed in float32 in any case.
        super().__init__(layer, **{"dtype": layer.dtype_policy, **kwargs, "autocast": False})
        layer.dtype_policy = self.dtype_policy

    @property
    def activation(self):
        """The wrapped layer's activation."""
        return self.layer.activation

    def build(self, input_shape=None):
        super().build(input_shape)
        self.direction = self.add_weight(
            shape=(1, self.layer.kernel.shape[-1]), initializer="random_normal", trainable=False, name="direction"
        )

    def call(self, inputs, training=False):
        kernel = keras.ops.cast(self.layer.kernel / self._spectral_norm(training), self.compute_dtype)
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

    def _spectral_norm(self, training: bool) -> tf.Tensor:
        matrix = tf.reshape(tf.convert_to_tensor(self.layer.kernel), (-1, self.layer.kernel.shape[-1]))
        left = tf.math.l2_normalize(tf.matmul(self.direction, matrix, transpose_b=True), epsilon=EPSILON)
        right = tf.math.l2_normalize(tf.matmul(left, matrix), epsilon=EPSILON)
        left, right = tf.stop_gradient(left), tf.stop_gradient(right)
        if training:
            self.direction.assign(right)
        return tf.squeeze(tf.matmul(tf.matmul(left, matrix), right, transpose_b=True))


@keras.saving.register_keras_serializable("assignment")
class MinibatchDiscrimination(layers.Layer):
    """Append `KERNELS` numbers to features (n, d): how close each image is to the others of its batch.

    Number b of image i is the sum over the other images j of exp(-|m_ib - m_jb|), with the L1 norm; m_ib are
    `KERNEL_SIZE` learned linear combinations of the features of image i.
    Source: Salimans et al. 2016, section 3.2.
    """

    def build(self, input_shape):
        self.projection = self.add_weight(
            shape=(input_shape[-1], KERNELS * KERNEL_SIZE), initializer="glorot_uniform", name="projection"
        )

    def call(self, features):
        # In float32, since bfloat16 cannot add the small terms of distant images to the image's own term, which is 1.
        rows = keras.ops.cast(keras.ops.matmul(features, self.projection), "float32")
        rows = keras.ops.reshape(rows, (-1, KERNELS, KERNEL_SIZE))
        difference = keras.ops.abs(rows[:, None] - rows[None])  # (n, n, KERNELS, KERNEL_SIZE)
        closeness = keras.ops.exp(-keras.ops.sum(difference, axis=-1))  # (n, n, KERNELS)
        others = keras.ops.sum(closeness, axis=1) - 1  # (n, KERNELS), without the image's own term
        return keras.ops.concatenate([features, keras.ops.cast(others, features.dtype)], axis=-1)  # (n, d + KERNELS)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + KERNELS)


@keras.saving.register_keras_serializable("assignment")
class MinibatchDeviation(layers.Layer):
    """Append one number to features (n, d), the same for all images: the mean of the features' standard deviations.

    The standard deviations are over the batch.
    Source: Karras et al. 2018, section 3 (there as a feature map of the last convolution).
    """

    def call(self, features):
        deviations = keras.ops.sqrt(keras.ops.var(keras.ops.cast(features, "float32"), axis=0) + EPSILON)
        mean = keras.ops.cast(keras.ops.mean(deviations), features.dtype)
        column = mean * keras.ops.ones_like(features[:, :1])  # (n, 1)
        return keras.ops.concatenate([features, column], axis=-1)  # (n, d + 1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)
