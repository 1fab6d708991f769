"""A network of the same layers with some put in, taken out or replaced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import keras
from keras import layers


def rewired(network: keras.Model, change: Callable[[keras.Layer], Sequence[keras.Layer]]) -> keras.Model:
    """`network`, Sequential or functional, with the layers that `change` gives in the place of each of its own.

    It is made of new layers; those that stand for one of `network`, bare or wrapped, begin with its weights.
    """
    pairs = []

    def made(layer):
        wanted = change(layer)
        new = [with_other(one) for one in wanted]
        pairs.extend((getattr(one, "layer", one), getattr(other, "layer", other)) for one, other in zip(wanted, new))
        return new

    def call(layer, *inputs, **options):
        first, *others = made(layer)
        given = {name: option for name, option in options.items() if option is not None}  # mask=None, which few take
        values = first(*inputs, **given)
        for other in others:
            values = other(values)
        return values

    if isinstance(network, keras.Sequential):
        (entry,) = network.inputs
        first = keras.Input(entry.shape[1:], name=entry.name, dtype=entry.dtype)
        copy = keras.Sequential([first, *chain.from_iterable(map(made, network.layers))], name=network.name)
    else:
        copy = keras.models.clone_model(network, clone_function=lambda layer: layer, call_function=call)
        copy.name = network.name
    for layer, new in pairs:
        if layer.built:
            new.set_weights(layer.get_weights())
    return copy


def with_other(layer: keras.Layer, **options) -> keras.Layer:
    """A layer that is as `layer` but for these options, with initial weights of its own."""
    return type(layer).from_config({**layer.get_config(), **options})


def last_dense(network: keras.Model) -> keras.Layer:
    """The layer that gives a discriminator's answer from what it reads in an image: its last Dense, wrapped or not."""
    return [layer for layer in network.layers if isinstance(getattr(layer, "layer", layer), layers.Dense)][-1]
