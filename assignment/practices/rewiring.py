"""Copies of a network with some of its layers replaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, TypeAlias

import keras
from keras import layers, tree

Tensor: TypeAlias = Any  # a symbolic tensor of Keras, which has no types


def rewire(
    network: keras.Model,
    replace: Callable[[keras.Layer], Sequence[keras.Layer]],
    after: Callable[[keras.Layer, Tensor, Sequence[Tensor]], Tensor] | None = None,
) -> keras.Model:
    """Return a copy of a Sequential or functional network in which each layer is replaced by `replace(layer)`.

    `replace` returns the layers that come instead of a layer, often the layer itself. If there are none, what follows
    receives the layer's first input. All layers of the result are new.
    A copy of a layer with weights has the same weights, even if it is wrapped.
    after(layer, output, inputs): returns what follows a layer of a functional network, instead of its output; `inputs`
        are those of the network.
    Raises ValueError for `after` with a Sequential network.
    """
    pairs: list[tuple[keras.Layer, keras.Layer]] = []  # a layer of `replace` and its copy

    def copies(layer: keras.Layer) -> list[keras.Layer]:
        originals = replace(layer)
        copied = [copy_layer(original) for original in originals]
        pairs.extend((_unwrap(original), _unwrap(copy)) for original, copy in zip(originals, copied))
        return copied

    def call(layer, *inputs, **arguments):
        # Keras also passes mask=None, which few layers accept.
        given = {name: value for name, value in arguments.items() if value is not None}
        first, *others = copies(layer) or [None]
        outputs = first(*inputs, **given) if first else tree.flatten(inputs)[0]
        for other in others:
            outputs = other(outputs)
        return after(layer, outputs, entries) if after else outputs

    if isinstance(network, keras.Sequential):
        if after:
            raise ValueError("a Sequential network has only its layers")
        (entry,) = network.inputs
        entry_copy = keras.Input(entry.shape[1:], name=entry.name, dtype=entry.dtype)
        rewired = keras.Sequential([entry_copy, *chain.from_iterable(map(copies, network.layers))], name=network.name)
    else:
        entries = [keras.Input(entry.shape[1:], name=entry.name, dtype=entry.dtype) for entry in network.inputs]
        rewired = keras.models.clone_model(
            network,
            input_tensors=tree.pack_sequence_as(network.input, entries),  # a list only if the network has one
            clone_function=lambda layer: layer,
            call_function=call,
        )
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
