"""Faster operations for the compiled updates: Adam and BatchNormalization in one each, cheaper convolutions.

Each class computes what Keras' class of the same name computes, up to rounding, and leaves to Keras what it does not
cover. The networks stay plain Keras: only while an update is traced do their layers and optimizers belong to these
classes. benchmarks/operations.py measures each; docs/speed.md explains them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from keras import layers


@contextmanager
def fast_operations(*models: keras.Model) -> Iterator[None]:
    """Within the block the layers and optimizers of `models` compute with the classes of this module."""
    optimizers = [model.optimizer for model in models if model.compiled]
    parts = [part for part in (*_all_layers(models), *optimizers) if type(part) in FAST_CLASSES]
    classes = [type(part) for part in parts]
    try:
        for part, keras_class in zip(parts, classes):
            part.__class__ = FAST_CLASSES[keras_class]
        yield
    finally:
        for part, keras_class in zip(parts, classes):
            part.__class__ = keras_class


def _all_layers(models: tuple[keras.Model, ...]) -> list[keras.Layer]:
    """Return the layers of all models, those of models and wrappers in them included, each once."""
    found: dict[int, keras.Layer] = {}

    def collect(layer: keras.Layer) -> None:
        found[id(layer)] = layer
        for inner in getattr(layer, "layers", ()):
            collect(inner)
        if isinstance(layer, layers.Wrapper):
            collect(layer.layer)

    for model in models:
        collect(model)
    return list(found.values())


class Adam(keras.optimizers.Adam):
    """Adam with a single operation for each variable; Keras' has twelve of the variable's size."""

    def update_step(self, gradient, variable, learning_rate):
        if self.amsgrad or variable.dtype != tf.float32 or isinstance(gradient, tf.IndexedSlices):
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.constant(self.beta_1, tf.float32), step),
            beta2_power=tf.pow(tf.constant(self.beta_2, tf.float32), step),
            lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, tf.float32),
        )


class BatchNormalization(layers.BatchNormalization):
    """BatchNormalization with a single operation in training mode, for inputs (n, units) and (n, height, width, c).

    Mean and variance are computed in float32 for any type of the inputs.
    """

    def call(self, inputs, training=None, mask=None):
        if not (training and self.trainable) or not self._is_covered(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        channels = inputs.shape[-1]
        images = inputs if inputs.shape.rank == 4 else tf.reshape(inputs, (-1, 1, 1, channels))
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=images,
            scale=tf.convert_to_tensor(self.gamma.value),
            offset=tf.convert_to_tensor(self.beta.value),
            mean=(),
            variance=(),
            epsilon=self.epsilon,
            is_training=True,
        )
        # The operation returns the variance of a sample, divided by count - 1; Keras averages the one divided by count.
        count = tf.cast(tf.size(images) // channels, tf.float32)
        variance *= tf.maximum(count - 1, 1) / count
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            average.assign(average * self.momentum + value * (1 - self.momentum))
        return tf.reshape(outputs, tf.shape(inputs))

    def _is_covered(self, inputs: tf.Tensor, mask: tf.Tensor | None) -> bool:
        rank = inputs.shape.rank
        renorm = getattr(self, "renorm", False)  # not in every Keras 3
        is_plain = self.scale and self.center and not renorm and not self.synchronized and mask is None
        return is_plain and rank in (2, 4) and self.axis in (-1, rank - 1) and inputs.dtype != tf.float64


class Conv2D(layers.Conv2D):
    """A convolution with cheaper gradients (`convolution`)."""

    def convolution_op(self, inputs, kernel):
        kernel = tf.convert_to_tensor(kernel)
        if not _is_covered(self) or inputs.dtype != kernel.dtype:
            return super().convolution_op(inputs, kernel)
        return convolution(inputs, kernel, self.strides[0])


class Conv2DTranspose(layers.Conv2DTranspose):
    """A transposed convolution with cheaper gradients (`transposed_convolution`)."""

    def call(self, inputs):
        kernel = tf.convert_to_tensor(self.kernel)
        padding = getattr(self, "output_padding", None)  # not in every Keras 3
        if not _is_covered(self) or padding is not None or inputs.dtype != kernel.dtype:
            return super().call(inputs)
        outputs = transposed_convolution(inputs, kernel, self.strides[0])
        if self.use_bias:
            outputs = tf.nn.bias_add(outputs, tf.convert_to_tensor(self.bias))
        return self.activation(outputs)


FAST_CLASSES: dict[type, type] = {
    keras.optimizers.Adam: Adam,
    layers.BatchNormalization: BatchNormalization,
    layers.Conv2D: Conv2D,
    layers.Conv2DTranspose: Conv2DTranspose,
}


def convolution(images: tf.Tensor, kernel: tf.Tensor, stride: int) -> tf.Tensor:
    """Return the convolution of images (n, h, w, a) with a kernel (k, k, a, b) and padding "same"."""

    @tf.custom_gradient
    def compute(images, kernel):
        def gradients(upstream):  # (n, h / stride, w / stride, b)
            _, height, width, channels = images.shape
            if channels == 1 and height and width and height % stride == width % stride == 0:
                images_gradient = transposed_to_one_channel(upstream, kernel, stride)
            else:
                images_gradient = native_transposed(upstream, kernel, stride, tf.shape(images))
            return images_gradient, kernel_gradient(images, upstream, kernel, stride)

        return tf.nn.conv2d(images, kernel, stride, "SAME"), gradients

    return compute(images, kernel)


def transposed_convolution(inputs: tf.Tensor, kernel: tf.Tensor, stride: int) -> tf.Tensor:
    """Return the transposed convolution of inputs (n, h, w, b) with a kernel (k, k, a, b) and padding "same".

    The result has the shape (n, h * stride, w * stride, a).
    """

    @tf.custom_gradient
    def compute(inputs, kernel):
        def gradients(upstream):  # (n, h * stride, w * stride, a)
            inputs_gradient = tf.nn.conv2d(upstream, kernel, stride, "SAME")
            return inputs_gradient, kernel_gradient(upstream, inputs, kernel, stride)

        if kernel.shape[2] == 1:
            return transposed_to_one_channel(inputs, kernel, stride), gradients
        batch, height, width, _ = tf.unstack(tf.shape(inputs))
        size = (batch, height * stride, width * stride, kernel.shape[2])
        return native_transposed(inputs, kernel, stride, size), gradients

    return compute(inputs, kernel)


def kernel_gradient(large: tf.Tensor, small: tf.Tensor, kernel: tf.Tensor, stride: int) -> tf.Tensor:
    """Return the gradient of a convolution's kernel (k, k, a, b).

    In bfloat16 it is computed as a convolution, with the images' channels as the batch and the batch as the channels,
    in 0.55 of the time: oneDNN's own filter gradient reaches half the speed of its convolution. In float32 its own is
    faster.

    large: (n, h, w, a), the convolution's input, or the gradient of a transposed convolution's output.
    small: (n, h / stride, w / stride, b), the gradient of its output, or the transposed convolution's input.
    """
    sizes_known = None not in (*large.shape[1:3], *small.shape[1:3])
    if large.dtype != tf.bfloat16 or large.shape[-1] == 1 or not sizes_known:
        return native_kernel_gradient(large, small, kernel, stride)

    @tf.custom_gradient  # on a processor, TensorFlow has no gradients of dilated convolutions
    def compute(large, small):
        def gradients(upstream):  # (k, k, a, b)
            large_gradient = native_transposed(small, upstream, stride, tf.shape(large))
            return large_gradient, tf.nn.conv2d(large, upstream, stride, "SAME")

        rows, columns = (
            _same_padding(large.shape[axis], small.shape[axis], kernel.shape[axis - 1], stride) for axis in (1, 2)
        )
        images = tf.transpose(large, (3, 1, 2, 0))  # (a, h, w, n)
        filters = tf.transpose(small, (1, 2, 0, 3))  # (h / stride, w / stride, n, b)
        padding = [(0, 0), rows, columns, (0, 0)]
        gradient = tf.nn.conv2d(images, filters, 1, padding, dilations=stride)  # (a, k, k, b)
        return tf.transpose(gradient, (1, 2, 0, 3)), gradients  # (k, k, a, b)

    return compute(large, small)


def _same_padding(large_size: int, small_size: int, kernel_size: int, stride: int) -> tuple[int, int]:
    """Return how many zeros a convolution with padding "same" adds before and after its input, in one direction."""
    total = max((small_size - 1) * stride + kernel_size - large_size, 0)
    return total // 2, total - total // 2


def transposed_to_one_channel(inputs: tf.Tensor, kernel: tf.Tensor, stride: int) -> tf.Tensor:
    """Return the transposed convolution of inputs (n, h, w, b) with a kernel (k, k, 1, b) and padding "same".

    It is computed as a convolution at the inputs' size, with one channel for each of the stride * stride positions in a
    cell of the result, which are then put in their places. This takes half the time.
    Source: Shi et al. 2016, "Real-time single image and video super-resolution using an efficient sub-pixel
    convolutional neural network".
    """
    size, channels = kernel.shape[0], kernel.shape[3]
    # Input i adds kernel[d] to pixel `stride * i + d - before`. So pixel `stride * cell + position` gets from input
    # `cell - t` the row d = stride * t + position + before, where t is -first, 1 - first, ...
    before = max(size - stride, 0) // 2
    first = -(-before // stride)
    low = first * stride - before
    count = -(-(size + low) // stride)  # inputs that a cell depends on, in one direction
    high = count * stride - size - low
    cells = tf.reshape(
        tf.pad(kernel[:, :, 0], ((low, high), (low, high), (0, 0))), (count, stride, count, stride, channels)
    )
    filters = tf.reshape(
        tf.reverse(tf.transpose(cells, (0, 2, 4, 1, 3)), (0, 1)), (count, count, channels, stride * stride)
    )
    around = (count - 1 - first, first)
    outputs = tf.nn.conv2d(inputs, filters, 1, ((0, 0), around, around, (0, 0)))  # (n, h, w, stride * stride)
    return tf.nn.depth_to_space(outputs, stride) if stride > 1 else outputs  # (n, h * stride, w * stride, 1)


def native_kernel_gradient(large: tf.Tensor, small: tf.Tensor, kernel: tf.Tensor, stride: int) -> tf.Tensor:
    """Return what `kernel_gradient` returns, by TensorFlow's own operation."""
    return tf.raw_ops.Conv2DBackpropFilter(
        input=large,
        filter_sizes=kernel.shape,
        out_backprop=small,
        strides=(1, stride, stride, 1),
        padding="SAME",
    )


def native_transposed(inputs: tf.Tensor, kernel: tf.Tensor, stride: int, size: Any) -> tf.Tensor:
    """Return the transposed convolution of inputs (n, h, w, b) with the shape `size`, by TensorFlow's own operation."""
    return tf.raw_ops.Conv2DBackpropInput(
        input_sizes=size, filter=kernel, out_backprop=inputs, strides=(1, stride, stride, 1), padding="SAME"
    )


def _is_covered(layer: layers.Conv2D | layers.Conv2DTranspose) -> bool:
    """Return whether a convolution has square kernels and strides, padding "same", and no dilation or groups."""
    return (
        layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.kernel_size[0] == layer.kernel_size[1] >= layer.strides[0] == layer.strides[1]
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
    )
