"""Convolutions and transposed convolutions with padding "same", whose gradients take less time than TensorFlow's own.

They give what TensorFlow's own give, up to rounding. docs/speed.md explains and measures them.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


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
