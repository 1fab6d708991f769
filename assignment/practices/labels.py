"""Practices that change how a label enters the networks of a conditional GAN."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from assignment.data.dataset import CLASS_COUNT
from assignment.practices.practice import Practice
from assignment.practices.rewiring import Tensor, copy_layer, rewire

BESIDE_IMAGE = "image_and_label"  # the discriminator's layer that puts the label's plane beside the image


class Projection(Practice):
    """A discriminator that sees the label in an inner product with the image's features only, not beside the image.

    Source: Miyato and Koyama 2018, section 3.
    """

    def discriminator(self, network: keras.Model) -> keras.Model:
        return without_label_plane(network)


class ConditionalBatchNormalization(Practice):
    """A scale and a shift for each label after every BatchNormalization of the generator, instead of its own.

    Sources: Dumoulin et al. 2017, section 2.1; Miyato and Koyama 2018, section 5, whose generator has them.
    """

    def generator(self, network: keras.Model) -> keras.Model:
        def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
            if isinstance(layer, layers.BatchNormalization):
                return [copy_layer(layer, scale=False, center=False)]
            return [layer]

        def after(layer: keras.Layer, output: Tensor, inputs: Sequence[Tensor]) -> Tensor:
            if not isinstance(layer, layers.BatchNormalization):
                return output
            return scale_and_shift(output, inputs[-1], layer.name, layer.dtype_policy.name)

        return rewire(network, replace, after)


def scale_and_shift(values: Tensor, label: Tensor, name: str, precision: str) -> Tensor:
    """Return `values` (n, ..., channels) multiplied by a scale and moved by a shift for the label (n, 1)."""
    channels = values.shape[-1]
    for kind, initializer, operation in (("scale", "ones", layers.Multiply), ("shift", "zeros", layers.Add)):
        part = f"{name}_{kind}"
        embedding = layers.Embedding(CLASS_COUNT, channels, initializer, name=part, dtype=precision)
        shape = (*(1 for _ in values.shape[1:-1]), channels)  # (1, 1, channels) for images
        of_label = layers.Reshape(shape, name=f"{part}_of_label", dtype=precision)(embedding(label))
        values = operation(name=f"{part}_applied", dtype=precision)([values, of_label])
    return values


def without_label_plane(network: keras.Model) -> keras.Model:
    """Return a copy of the conditional track's discriminator whose convolutions see the image without the label.

    The first convolution keeps the weights that read the image. Raises ValueError for another network.
    """
    joined = network.get_layer(BESIDE_IMAGE)
    first = next(layer for layer in network.layers if isinstance(layer, layers.Conv2D))

    def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
        if layer is joined:
            return []  # leaves its first input, the image
        return [copy_layer(layer) if layer is first else layer]

    rewired = rewire(network, replace)
    kernel, *bias = first.get_weights()
    rewired.get_layer(first.name).set_weights([kernel[:, :, :1], *bias])
    return rewired
