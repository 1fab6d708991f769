"""Freezing that holds: the only file that touches `trainable`.

On Keras 3 `compile()` does not capture `trainable`. The flag is read when a train step is traced, and it lives on the
layers, which the discriminator and the combined model share. A flag set once, as every tutorial does, is therefore
wrong for one of the two. Here it is set around every call that may trace, and put back (docs/keras3.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def frozen(model: keras.Model) -> Iterator[None]:
    """Within the block no weight of `model` is trainable; afterwards every layer's flag is as it was."""
    with _flagged(model, False):
        yield


@contextmanager
def unfrozen(model: keras.Model) -> Iterator[None]:
    """Within the block every layer of `model` is trainable; afterwards every layer's flag is as it was."""
    with _flagged(model, True):
        yield


@contextmanager
def _flagged(model: keras.Model, trainable: bool) -> Iterator[None]:
    earlier = [(layer, layer.trainable) for layer in _model_and_layers(model)]
    # A model comes before its layers, since setting a model's flag sets theirs too; but not where the model's own flag
    # is already as wished, so that every layer's is set.
    for layer, _ in earlier:
        layer.trainable = trainable
    try:
        yield
    finally:
        for layer, flag in earlier:
            layer.trainable = flag


def _model_and_layers(layer: keras.Layer) -> Iterator[keras.Layer]:
    yield layer
    for inner in getattr(layer, "layers", ()):
        yield from _model_and_layers(inner)
