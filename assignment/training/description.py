"""A Keras model as a table of layers: what the diagrams draw and the tests hold against the sheet."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import keras
import numpy as np


class LayerRow(NamedTuple):
    """One layer. `output_shape` leaves the batch out; `neurons` is its product; `inputs` names the layers before it.

    `kernel` and `stride` are sizes or None; `activation` is None for a linear layer, and for LeakyReLU and Dropout the
    one number that they have; `use_bias` None where the layer can have none. `trainable` and `non_trainable` count
    weights. Of a layer that wraps another, these are the other's, `kind` is its own.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    neurons: int
    kernel: tuple[int, ...] | None
    stride: tuple[int, ...] | None
    padding: str | None
    activation: str | None
    use_bias: bool | None
    trainable: int
    non_trainable: int
    inputs: tuple[str, ...]


def layer_table(model: keras.Model) -> list[LayerRow]:
    """The layers of a built Sequential or functional model in their order, its input layers first."""
    if isinstance(model, keras.Sequential):
        (entry,) = model.inputs
        # Sequential hides its input; it is a row of its own here, as it is a box of its own in a drawing.
        first = _input_row(entry.name, entry.shape)
        names = [first.name, *(layer.name for layer in model.layers)]
        return [first, *(_row(layer, (before,)) for layer, before in zip(model.layers, names))]
    # Keras has no public name for a functional model's edges. A layer may be called several times in this model, and
    # serve others too, so only the calls that are this model's count.
    calls = [node for level in model._nodes_by_depth.values() for node in level]
    return [_row(layer, _sources(layer, calls)) for layer in model.layers]


def compiled_as(model: keras.Model) -> str:
    """A compiled model's losses and optimizer: `binary_crossentropy; Adam, rate 0.0002, beta 0.5 and 0.999`."""
    losses = model.loss if isinstance(model.loss, list) else [model.loss]
    named = " + ".join(loss if isinstance(loss, str) else loss.name for loss in losses)
    optimizer = model.optimizer
    rate = f"rate {float(optimizer.learning_rate):.6g}"
    if isinstance(optimizer, keras.optimizers.Adam):
        inertia = f"beta {optimizer.beta_1:g} and {optimizer.beta_2:g}"
    else:
        inertia = f"momentum {optimizer.momentum:g}"
    return f"{named}; {type(optimizer).__name__}, {rate}, {inertia}"


def _sources(layer: keras.Layer, calls: list) -> tuple[str, ...]:
    """The layers whose outputs `layer` takes in `calls`."""
    of_layer = [call for call in calls if call.operation is layer]
    return tuple(dict.fromkeys(parent.operation.name for call in of_layer for parent in call.parent_nodes))


def _input_row(name: str, shape: tuple[int | None, ...]) -> LayerRow:
    size = tuple(shape[1:])
    return LayerRow(name, "Input", size, prod(size), None, None, None, None, None, 0, 0, ())


def _row(layer: keras.Layer, inputs: tuple[str, ...]) -> LayerRow:
    if isinstance(layer, keras.layers.InputLayer):
        return _input_row(layer.name, layer.batch_shape)
    output_shape = tuple(layer.output.shape[1:])
    within = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
    return LayerRow(
        name=layer.name,
        kind=type(layer).__name__,
        output_shape=output_shape,
        neurons=prod(output_shape),
        kernel=getattr(within, "kernel_size", None),
        stride=getattr(within, "strides", None),
        padding=getattr(within, "padding", None),
        activation=_activation(within),
        use_bias=getattr(within, "use_bias", None),
        trainable=_count(layer.trainable_weights),
        non_trainable=_count(layer.non_trainable_weights),
        inputs=inputs,
    )


def _activation(layer: keras.Layer) -> str | None:
    if isinstance(layer, keras.layers.LeakyReLU):
        return f"slope {layer.negative_slope:g} below 0"
    if isinstance(layer, keras.layers.Dropout):
        return f"rate {layer.rate:g}"
    name = getattr(getattr(layer, "activation", None), "__name__", None)
    return None if name == "linear" else name


def _count(weights: list) -> int:
    return int(sum(np.prod(weight.shape) for weight in weights))
