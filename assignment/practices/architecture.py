"""Networks with other layers."""

from __future__ import annotations

import keras
from keras import layers

from assignment.practices.layers import MinibatchDeviation, MinibatchDiscrimination, SpectralNormalization
from assignment.practices.practice import Practice
from assignment.practices.rewiring import last_dense, rewired, with_other

DROPOUT = 0.3  # as the lecture's discriminators have


class WithDropout(Practice):
    """Dropout behind every LeakyReLU of the discriminator. Source: Srivastava et al. 2014."""

    def discriminator(self, network):
        def change(layer):
            if not isinstance(layer, layers.LeakyReLU):
                return [layer]
            return [layer, layers.Dropout(DROPOUT, name=f"{layer.name}_dropout", dtype=layer.dtype_policy.name)]

        return rewired(network, change)


class WithoutDropout(Practice):
    """The discriminator without its dropout. Source: the first exercise."""

    def discriminator(self, network):
        return rewired(network, lambda layer: [nothing(layer) if isinstance(layer, layers.Dropout) else layer])


class WithoutBatchNormalization(Practice):
    """The generator without its BatchNormalization. Source: the first exercise.

    Its shifts stay: the layers that had no bias, since one of them followed, have one.
    """

    def generator(self, network):
        followed = [layer for layer in network.layers[:-1] if not getattr(layer, "use_bias", True)]

        def change(layer):
            if isinstance(layer, layers.BatchNormalization):
                return [nothing(layer)]
            return [with_other(layer, use_bias=True) if layer in followed else layer]

        bare = rewired(network, change)
        for layer in followed:
            bare.get_layer(layer.name).kernel.assign(layer.kernel)
        return bare


class Spectral(Practice):
    """Every Dense and Conv2D layer of the discriminator divided by its spectral norm. Source: Miyato et al. 2018."""

    def discriminator(self, network):
        def change(layer):
            if isinstance(layer, (layers.Dense, layers.Conv2D)):
                return [SpectralNormalization(layer, name=f"{layer.name}_normalised")]
            return [layer]

        return rewired(network, change)


class Discrimination(Practice):
    """Minibatch discrimination before the discriminator's answer. Source: Salimans et al. 2016, section 3.2."""

    def discriminator(self, network):
        return with_batch_seen(network, MinibatchDiscrimination)


class Deviation(Practice):
    """The batch's standard deviation before the discriminator's answer. Source: Karras et al. 2018, section 3."""

    def discriminator(self, network):
        return with_batch_seen(network, MinibatchDeviation)


def nothing(layer: keras.Layer) -> keras.Layer:
    """A layer that does nothing, in the place of `layer`."""
    return layers.Identity(name=layer.name, dtype=layer.dtype_policy.name)


def with_batch_seen(network: keras.Model, kind: type[keras.Layer]) -> keras.Model:
    """`network`, whose last Dense layer reads what a layer of this `kind` sees of the batch, too."""
    answer = last_dense(network)
    precision = "float32" if answer.input.dtype == "float32" else f"mixed_{answer.input.dtype}"  # of what it reads

    def change(layer):
        if layer is not answer:
            return [layer]
        return [kind(name=kind.__name__.lower(), dtype=precision), with_other(layer)]

    return rewired(network, change)


def with_linear_answer(network: keras.Model) -> keras.Model:
    """`network` with no sigmoid at its end: any number in place of a probability."""
    last = network.layers[-1]
    if getattr(last, "activation", keras.activations.linear) is keras.activations.linear:
        return network

    def change(layer):
        return [with_other(layer, activation="linear") if layer is last else layer]

    linear = rewired(network, change)
    linear.layers[-1].set_weights(last.get_weights())
    return linear
