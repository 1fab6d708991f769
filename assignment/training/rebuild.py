"""Build a Keras network from the table that `foreign` reads: only layers that are listed here, by their settings.

Nothing in a file is executed, and no class is looked up by a name in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
from keras import layers

from assignment.foreign.kinds import MINIBATCH_DEVIATION, MINIBATCH_DISCRIMINATION, SPECTRAL_NORMALIZATION
from assignment.foreign.network import Layer, Network, Setting, Tensor
from assignment.training.layers import MinibatchDeviation, MinibatchDiscrimination, SpectralNormalization
from assignment.training.naming import graph_name

MAX_VALUES = 2**22  # of one image's tensor between two layers; 14x14x1024 are the most of a network of ours
VALID_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.-]*")  # of a layer that TensorFlow can trace

Settings = Mapping[str, Setting]


def rebuild(network: Network[np.ndarray], dtype: str | None = None) -> keras.Model:
    """Return the Keras network with the layers, settings, weights and names of `network`, not compiled.

    dtype: of every layer but the inputs; None for the one that the file has for each layer.
    Raises ValueError if the layers do not fit each other, or the weights do not fit the layers.
    """
    with ThreadPoolExecutor(1) as thread:  # Keras lists, for each thread, the variables that it has yet to create
        thread.submit(_check_sizes, network, dtype).result()
    model = _build(network, dtype)
    for layer, row in zip(_plain_layers(model), network.plain_layers(), strict=True):
        for weight, array in zip(_weights(layer), row.weights, strict=True):
            weight.assign(array)
    return model


def _check_sizes(network: Network[np.ndarray], dtype: str | None) -> None:
    """Raise ValueError if the weights do not fit the layers, or a tensor is too large. Takes no memory for weights."""
    with keras.StatelessScope(initialize_variables=False):
        for layer, row in zip(_plain_layers(_build(network, dtype)), network.plain_layers(), strict=True):
            expected = [tuple(weight.shape) for weight in _weights(layer)]
            if [array.shape for array in row.weights] != expected:
                raise ValueError(f"the layer {row.name!r} has other weights than its settings need: {expected}")
            if math.prod(size or 1 for size in layer.output.shape[1:]) > MAX_VALUES:
                raise ValueError(f"the layer {row.name!r} has an output of the shape {layer.output.shape[1:]}")


def _build(network: Network[np.ndarray], dtype: str | None) -> keras.Model:
    parts = [_build_layer(layer, dtype) for layer in network.layers]
    name = graph_name(network.name) if network.name else None
    if network.kind == "Sequential":
        return keras.Sequential(parts, name=name)
    outputs: list[list[keras.KerasTensor]] = []  # of each layer

    def find(tensors: Sequence[Tensor]) -> list[keras.KerasTensor]:
        return [outputs[tensor.layer][tensor.output] for tensor in tensors]

    for part, layer in zip(parts, network.layers, strict=True):
        if layer.kind == "InputLayer":
            result = part.output
        else:
            inputs = find(layer.inputs)
            result = part(inputs if len(inputs) > 1 else inputs[0])
        outputs.append(list(result) if isinstance(result, (list, tuple)) else [result])
    inputs, results = find(network.inputs), find(network.outputs)
    return keras.Model(_one_or_all(inputs), _one_or_all(results), name=name)


def _one_or_all(tensors: list[keras.KerasTensor]) -> Any:
    return tensors if len(tensors) > 1 else tensors[0]


def _build_layer(layer: Layer[np.ndarray], dtype: str | None) -> keras.Layer:
    if layer.network is not None:
        return _build(layer.network, dtype)
    settings = {name: value for name, value in layer.settings.items() if name != "dtype"}
    stored_dtype = layer.settings["dtype"]
    name = layer.name if VALID_NAME.fullmatch(layer.name) else None
    if layer.kind == "InputLayer":
        return layers.InputLayer(settings["shape"], dtype=stored_dtype, name=name)
    return BUILDERS[layer.kind](settings, {"dtype": dtype or stored_dtype, "name": name})


def _spectral_normalization(settings: Settings, common: dict[str, Any]) -> keras.Layer:
    inner = {name: value for name, value in settings.items() if name != "wrapped"}
    return SpectralNormalization(BUILDERS[str(settings["wrapped"])](inner, {"dtype": common["dtype"]}), **common)


# For each kind: a function of its settings, and of the arguments that every layer has.
BUILDERS: dict[str, Callable[[Settings, dict[str, Any]], keras.Layer]] = {
    "Activation": lambda settings, common: layers.Activation(**settings, **common),
    "Add": lambda settings, common: layers.Add(**common),
    "BatchNormalization": lambda settings, common: layers.BatchNormalization(**settings, **common),
    "Concatenate": lambda settings, common: layers.Concatenate(**common),
    "Conv2D": lambda settings, common: layers.Conv2D(**settings, **common),
    "Conv2DTranspose": lambda settings, common: layers.Conv2DTranspose(**settings, **common),
    "Dense": lambda settings, common: layers.Dense(**settings, **common),
    "Dot": lambda settings, common: layers.Dot(1, **common),
    "Dropout": lambda settings, common: layers.Dropout(**settings, **common),
    "Embedding": lambda settings, common: layers.Embedding(**settings, **common),
    "Flatten": lambda settings, common: layers.Flatten(**common),
    "Identity": lambda settings, common: layers.Identity(**common),
    "LeakyReLU": lambda settings, common: layers.LeakyReLU(negative_slope=settings["slope"], **common),
    "Multiply": lambda settings, common: layers.Multiply(**common),
    "ReLU": lambda settings, common: layers.ReLU(**common),
    "Reshape": lambda settings, common: layers.Reshape(**settings, **common),
    MINIBATCH_DEVIATION: lambda settings, common: MinibatchDeviation(**common),
    MINIBATCH_DISCRIMINATION: lambda settings, common: MinibatchDiscrimination(**common),
    SPECTRAL_NORMALIZATION: _spectral_normalization,
}


def _plain_layers(model: keras.Model) -> Iterator[keras.Layer]:
    """Return all layers in order, those of networks in the network included, without the inputs."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _plain_layers(layer)
        elif not isinstance(layer, layers.InputLayer):
            yield layer


def _weights(layer: keras.Layer) -> list[keras.Variable]:
    """Return a layer's weights in the order of the table: those that a training changes first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]
