"""Copies of a network with some of its layers replaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import keras
from keras import layers


def rewire(network: keras.Model, replace: Callable[[keras.Layer], Sequence[keras.Layer]]) -> keras.Model:
    """Return a copy of a Sequential or functional network in which each layer is replaced by `replace(layer)`.

    `replace` returns the layers that come instead of a layer, often the layer itself. All layers of the result are new.
    A copy of a layer with weights has the same weights, even if it is wrapped.
    """
    pairs: list[tuple[keras.Layer, keras.Layer]] = []  # a layer of `replace` and its copy

    def copies(layer: keras.Layer) -> list[keras.Layer]:
        originals = replace(layer)
        copied = [copy_layer(original) for original in originals]
        pairs.extend((_unwrap(original), _unwrap(copy)) for original, copy in zip(originals, copied))
        return copied

    def call(layer, *inputs, **arguments):
        first, *others = copies(layer)
        # Keras also passes mask=None, which few layers accept.
        given = {name: value for name, value in arguments.items() if value is not None}
        outputs = first(*inputs, **given)
        for other in others:
            outputs = other(outputs)
        return outputs

    if isinstance(network, keras.Sequential):
        (entry,) = network.inputs
        entry_copy = keras.Input(entry.shape[1:], name=entry.name, dtype=entry.dtype)
        rewired = keras.Sequential([entry_copy, *chain.from_iterable(map(copies, network.layers))], name=network.name)
    else:
        rewired = keras.models.clone_model(network, clone_function=lambda layer: layer, call_function=call)
        rewired.name = network.name
    for original, copy in pairs:
        if original.built:
            copy.set_weights(original.get_weights())
    return rewired


def copy_layer(layer: keras.Layer, **changes) -> keras.Layer:
    """Return a new layer with the configuration of `layer`, except for `changes`, and with new weights."""
    return type(layer).from_config({**layer.get_config(), **changes})


def last_dense(network: keras.Model) -> keras.Layer:
    """Return the last Dense layer, or its wrapper: it turns a discriminator's features into its output."""
    return [layer for layer in network.layers if isinstance(_unwrap(layer), layers.Dense)][-1]


def _unwrap(layer: keras.Layer) -> keras.Layer:
    return getattr(layer, "layer", layer)
