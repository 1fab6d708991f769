"""Faster operations for the compiled updates: Adam and BatchNormalization in one each, cheaper convolutions.

Each class computes what Keras' class of the same name computes, up to rounding, and leaves to Keras what it does not
cover. The networks stay plain Keras: only while an update is traced do their layers and optimizers belong to these
classes. benchmarks/operations.py measures each; docs/speed.md explains them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf
from keras import layers

from assignment.training.convolutions import convolution, transposed_convolution


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


def _is_covered(layer: layers.Conv2D | layers.Conv2DTranspose) -> bool:
    """Return whether a convolution has square kernels and strides, padding "same", and no dilation or groups."""
    return (
        layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.kernel_size[0] == layer.kernel_size[1] >= layer.strides[0] == layer.strides[1]
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
    )
