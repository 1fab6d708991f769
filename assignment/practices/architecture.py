"""Practices that add, remove or replace layers."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from assignment.practices.practice import Practice
from assignment.practices.rewiring import copy_layer, last_dense, rewire
from assignment.training.gan import DROPOUT
from assignment.training.layers import MinibatchDeviation, MinibatchDiscrimination, SpectralNormalization


class WithDropout(Practice):
    """Dropout after every LeakyReLU of the discriminator. Source: Srivastava et al. 2014."""

    def discriminator(self, network: keras.Model) -> keras.Model:
        def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
            if not isinstance(layer, layers.LeakyReLU):
                return [layer]
            return [layer, layers.Dropout(DROPOUT, name=f"{layer.name}_dropout", dtype=layer.dtype_policy.name)]

        return rewire(network, replace)


class WithoutDropout(Practice):
    """The discriminator without its dropout. Source: the first exercise."""

    def discriminator(self, network: keras.Model) -> keras.Model:
        def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
            return [identity_like(layer) if isinstance(layer, layers.Dropout) else layer]

        return rewire(network, replace)


class WithoutBatchNormalization(Practice):
    """The generator without its BatchNormalization. Source: the first exercise.

    The layers before a BatchNormalization have no bias, since its shift acts as one. Here they have a bias instead.
    """

    def generator(self, network: keras.Model) -> keras.Model:
        without_bias = [layer for layer in network.layers[:-1] if not getattr(layer, "use_bias", True)]

        def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
            if isinstance(layer, layers.BatchNormalization):
                return [identity_like(layer)]
            return [copy_layer(layer, use_bias=True) if layer in without_bias else layer]

        rewired = rewire(network, replace)
        for layer in without_bias:
            rewired.get_layer(layer.name).kernel.assign(layer.kernel)
        return rewired


class WithSpectralNormalization(Practice):
    """Spectral normalization of every Dense and Conv2D layer of the discriminator. Source: Miyato et al. 2018."""

    def discriminator(self, network: keras.Model) -> keras.Model:
        def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
            if isinstance(layer, (layers.Dense, layers.Conv2D)):
                return [SpectralNormalization(layer, name=f"{layer.name}_normalized")]
            return [layer]

        return rewire(network, replace)


class WithMinibatchDiscrimination(Practice):
    """Minibatch discrimination before the discriminator's output. Source: Salimans et al. 2016, section 3.2."""

    def discriminator(self, network: keras.Model) -> keras.Model:
        return with_minibatch_layer(network, MinibatchDiscrimination)


class WithMinibatchDeviation(Practice):
    """The batch's standard deviation before the discriminator's output. Source: Karras et al. 2018, section 3."""

    def discriminator(self, network: keras.Model) -> keras.Model:
        return with_minibatch_layer(network, MinibatchDeviation)


def identity_like(layer: keras.Layer) -> keras.Layer:
    """Return a layer with the name and precision of `layer` that returns its input."""
    return layers.Identity(name=layer.name, dtype=layer.dtype_policy.name)


def with_minibatch_layer(network: keras.Model, layer_class: type[keras.Layer]) -> keras.Model:
    """Return `network` with a layer of `layer_class` before its last Dense layer, which has new weights."""
    output_layer = last_dense(network)
    input_dtype = output_layer.input.dtype
    precision = "float32" if input_dtype == "float32" else f"mixed_{input_dtype}"

    def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
        if layer is not output_layer:
            return [layer]
        return [layer_class(name=layer_class.__name__.lower(), dtype=precision), copy_layer(layer)]

    return rewire(network, replace)


def with_linear_output(network: keras.Model) -> keras.Model:
    """Return `network` without its final sigmoid, so that it outputs any number instead of a probability."""
    last = network.layers[-1]
    if getattr(last, "activation", keras.activations.linear) is keras.activations.linear:
        return network

    def replace(layer: keras.Layer) -> Sequence[keras.Layer]:
        return [copy_layer(layer, activation="linear") if layer is last else layer]

    linear = rewire(network, replace)
    linear.layers[-1].set_weights(last.get_weights())
    return linear
