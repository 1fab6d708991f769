"""Recognize a network of a sheet by its arrays, for files that have only weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assignment.checking.sheets import ExpectedNetwork, Sheet
from assignment.foreign.network import Layer, Network, Setting, Tensor
from assignment.foreign.shapes import tensor_shapes, weight_shapes

# What a layer has if the sheet does not give the setting.
DEFAULTS: dict[str, dict[str, Setting]] = {
    "Dense": {"use_bias": True, "activation": "linear"},
    "Conv2D": {"use_bias": True, "activation": "linear"},
    "Conv2DTranspose": {"use_bias": True, "activation": "linear"},
    "BatchNormalization": {"scale": True, "center": True, "epsilon": 1e-3, "momentum": 0.99},
}

Groups = Sequence[tuple[str, tuple[np.ndarray, ...]]]


def match_weights(groups: Groups, sheet: Sheet) -> Network[np.ndarray] | None:
    """Return the network of a sheet that has exactly these arrays, by shape; None if there is none.

    groups: the name of each layer in the file, and its arrays.
    """
    for expected in sheet.networks:
        if expected.layers:
            network = _with_arrays(as_network(expected), [arrays for _, arrays in groups])
            if network is not None:
                return network
    return None


def as_network(expected: ExpectedNetwork) -> Network[np.ndarray]:
    """Return a sheet's network as a table without weights, with Keras' defaults for what the sheet does not give."""
    layers = [Layer[np.ndarray]("InputLayer", "input", {"shape": expected.inputs[0], "dtype": "float32"}, ())]
    for layer in expected.layers:
        settings = {**DEFAULTS.get(layer.kind, {}), **layer.settings, "dtype": "float32"}
        layers.append(Layer(layer.kind, "", settings, (Tensor(len(layers) - 1),)))
    return Network(f"{expected.name}weights", "Sequential", tuple(layers), (Tensor(0),), (Tensor(len(layers) - 1),))


def _with_arrays(network: Network[np.ndarray], groups: list[tuple[np.ndarray, ...]]) -> Network[np.ndarray] | None:
    """Return the network with each layer's arrays, the first unused group of its shapes; None if they do not fit."""
    shapes = tensor_shapes(network)
    layers = [network.layers[0]]
    remaining = list(groups)
    for position, layer in enumerate(network.layers[1:], 1):
        needed = weight_shapes(layer, shapes[position - 1][0])
        if needed:
            group = next((arrays for arrays in remaining if [array.shape for array in arrays] == needed), None)
            if group is None:
                return None
            remaining.pop(next(i for i, arrays in enumerate(remaining) if arrays is group))
            layer = replace(layer, weights=group)
        layers.append(layer)
    return None if remaining else replace(network, layers=tuple(layers))
