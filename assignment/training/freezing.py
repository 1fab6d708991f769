"""Freezing a model within a block. No other file sets `trainable`.

On Keras 3, `compile()` does not store `trainable`. A train step reads the flag when it is traced, and the flag belongs
to the layers, which the discriminator and the combined model share. A flag that is set once, as in every classic
tutorial, is therefore wrong for one of the two models. Here it is set around every call that may trace, and restored
afterwards (docs/keras3.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def frozen(model: keras.Model) -> Iterator[None]:
    """Within the block no weight of `model` is trainable; afterwards every layer has its earlier flag."""
    with _trainable_set_to(False, model):
        yield


@contextmanager
def unfrozen(model: keras.Model) -> Iterator[None]:
    """Within the block every layer of `model` is trainable; afterwards every layer has its earlier flag."""
    with _trainable_set_to(True, model):
        yield


@contextmanager
def _trainable_set_to(trainable: bool, model: keras.Model) -> Iterator[None]:
    saved = [(layer, layer.trainable) for layer in _with_layers(model)]
    # Setting a model's flag also sets its layers' flags, but not if the model already has that flag. So each layer is
    # set too, and every model comes before its layers.
    for layer, _ in saved:
        layer.trainable = trainable
    try:
        yield
    finally:
        for layer, flag in saved:
            layer.trainable = flag


def _with_layers(layer: keras.Layer) -> Iterator[keras.Layer]:
    yield layer
    for inner in getattr(layer, "layers", ()):
        yield from _with_layers(inner)
