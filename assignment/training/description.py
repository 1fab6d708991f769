"""A Keras model as a table of layers, for the diagrams and for tests against the sheets."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

import keras
import numpy as np


class LayerRow(NamedTuple):
    """One layer.

    output_shape: without the batch dimension.
    neurons: the product of `output_shape`.
    kernel, stride: their sizes, or None.
    activation: its name; the slope of a LeakyReLU or the rate of a Dropout; None if the layer is linear.
    use_bias: None if this kind of layer has no bias.
    trainable, non_trainable: numbers of weights.
    inputs: names of the layers that it takes its inputs from.

    For a wrapper, `kind` is the wrapper's and the rest describes the wrapped layer.
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
    """Return the layers of a built Sequential or functional model in their order, input layers first."""
    if isinstance(model, keras.Sequential):
        # A Sequential model does not list its input layer; here it has a row, as it has a box in the diagrams.
        (entry,) = model.inputs
        names = [entry.name, *(layer.name for layer in model.layers)]
        return [
            _input_row(entry.name, entry.shape[1:]),
            *(_row(layer, (previous,)) for layer, previous in zip(model.layers, names)),
        ]
    # Keras has no public API for the edges of a functional model. A layer may be called several times in this model and
    # also in other models, so only this model's calls count.
    calls = [node for level in model._nodes_by_depth.values() for node in level]
    return [_row(layer, _input_layers(layer, calls)) for layer in model.layers]


def describe_compilation(model: keras.Model) -> str:
    """Return a compiled model's losses and optimizer: `binary_crossentropy; Adam, rate 0.0002, beta 0.5 and 0.999`."""
    losses = model.loss if isinstance(model.loss, list) else [model.loss]
    loss_names = " + ".join(loss if isinstance(loss, str) else loss.name for loss in losses)
    optimizer = model.optimizer
    rate = f"rate {float(optimizer.learning_rate):.6g}"
    if isinstance(optimizer, keras.optimizers.Adam):
        momentum = f"beta {optimizer.beta_1:g} and {optimizer.beta_2:g}"
    else:
        momentum = f"momentum {optimizer.momentum:g}"
    return f"{loss_names}; {type(optimizer).__name__}, {rate}, {momentum}"


def _input_layers(layer: keras.Layer, calls: list) -> tuple[str, ...]:
    """Return the names of the layers whose outputs `layer` takes in `calls`, each once."""
    layer_calls = [call for call in calls if call.operation is layer]
    return tuple(dict.fromkeys(parent.operation.name for call in layer_calls for parent in call.parent_nodes))


def _input_row(name: str, output_shape: Sequence[int]) -> LayerRow:
    return LayerRow(
        name=name,
        kind="Input",
        output_shape=tuple(output_shape),
        neurons=prod(output_shape),
        kernel=None,
        stride=None,
        padding=None,
        activation=None,
        use_bias=None,
        trainable=0,
        non_trainable=0,
        inputs=(),
    )


def _row(layer: keras.Layer, inputs: tuple[str, ...]) -> LayerRow:
    if isinstance(layer, keras.layers.InputLayer):
        return _input_row(layer.name, layer.batch_shape[1:])
    output_shape = tuple(layer.output.shape[1:])
    inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
    return LayerRow(
        name=layer.name,
        kind=type(layer).__name__,
        output_shape=output_shape,
        neurons=prod(output_shape),
        kernel=getattr(inner, "kernel_size", None),
        stride=getattr(inner, "strides", None),
        padding=getattr(inner, "padding", None),
        activation=_activation(inner),
        use_bias=getattr(inner, "use_bias", None),
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


def _count(weights: list[keras.Variable]) -> int:
    return int(sum(np.prod(weight.shape) for weight in weights))
