"""The outputs of a network in inference, computed with NumPy, so that a file can be checked without TensorFlow.

The layers of discriminators that look at a whole batch, or divide a kernel by its norm, are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from assignment.foreign.network import Layer, Network
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import Shape, input_shapes, tensor_shapes

# Limits for one example; examples are computed one after the other. In parentheses: the sheet's generator.
MAX_VALUES = 2**24  # of all tensors together, 64 MB in float32 (122,853)
MAX_PRODUCTS = 2**30  # about a second (0.05 billion)
MAX_POSITIONS = 2**12  # of the kernels of transposed convolutions: each is a step of a loop in Python (75)


def run(network: Network[np.ndarray], inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the outputs of a network in inference, each float32 (n, ...).

    inputs: one array (n, ...) for each of the network's inputs.
    Raises Refused for a network that is too large, or has a layer that cannot be computed here.
    """
    _check_size(network)
    network = _in_float32(network)
    with np.errstate(all="ignore"):  # a network may diverge; its outputs show it
        examples = [_run(network, [array[i : i + 1] for array in inputs]) for i in range(len(inputs[0]))]
    return [np.concatenate(outputs) for outputs in zip(*examples)]


def random_inputs(network: Network[np.ndarray], count: int, classes: int, seed: int) -> list[np.ndarray]:
    """Return random inputs (count, ...) of a network: labels 0, 1, ... below `classes`, otherwise normal numbers.

    A label is an input of whole numbers, or one number next to another input.
    Raises Refused for a network that is too large.
    """
    _check_size(network)
    random, shapes = np.random.default_rng(seed), input_shapes(network)
    arrays = []
    for tensor, shape in zip(network.inputs, shapes, strict=True):
        is_whole = str(network.layers[tensor.layer].settings["dtype"]).startswith("int")
        if is_whole or (shape == (1,) and len(shapes) > 1):
            arrays.append(np.resize(np.arange(classes, dtype=np.int32), (count, *shape)))
        else:
            arrays.append(random.standard_normal((count, *shape)).astype(np.float32))
    return arrays


def _run(network: Network[np.ndarray], inputs: Sequence[np.ndarray]) -> list[np.ndarray]:
    given = {tensor.layer: array for tensor, array in zip(network.inputs, inputs, strict=True)}
    outputs: list[list[np.ndarray]] = []
    for position, layer in enumerate(network.layers):
        incoming = [outputs[tensor.layer][tensor.output] for tensor in layer.inputs]
        if position in given:
            outputs.append([given[position]])
        elif layer.network is not None:
            outputs.append(_run(layer.network, incoming))
        else:
            outputs.append([_compute(layer, incoming)])
    return [outputs[tensor.layer][tensor.output] for tensor in network.outputs]


def _check_size(network: Network[np.ndarray]) -> None:
    """Raise Refused if an example needs too much memory or time."""
    values, products, positions = (sum(counts) for counts in zip(*_layer_sizes(network, None)))
    if values > MAX_VALUES or products > MAX_PRODUCTS or positions > MAX_POSITIONS:
        raise Refused("it is too large to be computed here")


def _layer_sizes(network: Network[np.ndarray], inputs: list[Shape] | None) -> Iterator[tuple[int, int, int]]:
    """Return what each layer needs for an example: values in memory, products, and steps of a loop in Python."""
    shapes = tensor_shapes(network, inputs)
    for layer, outputs in zip(network.layers, shapes):
        incoming = [shapes[tensor.layer][tensor.output] for tensor in layer.inputs]
        if layer.network is not None:
            yield from _layer_sizes(layer.network, incoming)
            continue
        values, pixels = math.prod(outputs[0]), math.prod(outputs[0][:-1])
        kernel = layer.weights[0] if layer.weights and layer.kind != "Embedding" else np.empty(1)
        if layer.kind == "Conv2D":
            yield values + pixels * kernel.size // kernel.shape[-1], pixels * kernel.size, 0
        elif layer.kind == "Conv2DTranspose":
            products = math.prod(incoming[0][:-1]) * kernel.size
            yield math.prod(_full_sides(incoming[0], layer)) * kernel.shape[2], products, math.prod(kernel.shape[:2])
        else:
            yield values, pixels * kernel.size, 0


def _in_float32(network: Network[np.ndarray]) -> Network[np.ndarray]:
    """Return the network with weights in float32."""
    layers = (
        replace(
            layer,
            weights=tuple(weight.astype(np.float32, copy=False) for weight in layer.weights),
            network=_in_float32(layer.network) if layer.network else None,
        )
        for layer in network.layers
    )
    return replace(network, layers=tuple(layers))


def _compute(layer: Layer[np.ndarray], incoming: list[np.ndarray]) -> np.ndarray:
    values, settings, weights = incoming[0], layer.settings, layer.weights
    match layer.kind:
        case "Dense":
            return _activated(_with_bias(values @ weights[0], weights), settings["activation"])
        case "Conv2D":
            return _activated(_with_bias(_convolution(values, weights[0], layer), weights), settings["activation"])
        case "Conv2DTranspose":
            return _activated(_with_bias(_transposed(values, weights[0], layer), weights), settings["activation"])
        case "BatchNormalization":
            return _normalized(values, weights, layer)
        case "LeakyReLU":
            return np.where(values < 0, values * np.float32(layer.number("slope")), values)
        case "ReLU":
            return np.maximum(values, 0)
        case "Activation":
            return _activated(values, settings["activation"])
        case "Embedding":
            return weights[0][np.clip(values.astype(int), 0, len(weights[0]) - 1)]
        case "Flatten":
            return values.reshape(len(values), -1)
        case "Reshape":
            return values.reshape(len(values), *layer.lengths("target_shape"))
        case "Add":
            return reduce(np.add, incoming)
        case "Multiply":
            return reduce(np.multiply, incoming)
        case "Concatenate":
            return np.concatenate(incoming, axis=-1)
        case "Dot":
            return np.sum(incoming[0] * incoming[1], axis=-1, keepdims=True)
        case "Dropout" | "Identity":
            return values
    raise Refused(f"a layer of the kind {layer.kind} cannot be computed here")


def _with_bias(values: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    return values + weights[1] if len(weights) > 1 else values


def _activated(values: np.ndarray, activation: object) -> np.ndarray:
    match activation:
        case "relu":
            return np.maximum(values, 0)
        case "sigmoid":
            return 0.5 * (1 + np.tanh(0.5 * values))  # the same function, without an overflow
        case "softmax":
            powers = np.exp(values - values.max(axis=-1, keepdims=True))
            return powers / powers.sum(axis=-1, keepdims=True)
        case "tanh":
            return np.tanh(values)
    return values


def _normalized(values: np.ndarray, weights: Sequence[np.ndarray], layer: Layer[np.ndarray]) -> np.ndarray:
    *scaled, mean, variance = weights
    values = (values - mean) / np.sqrt(variance + np.float32(layer.number("epsilon")))
    if layer.settings["scale"]:
        values = values * scaled.pop(0)
    return values + scaled[0] if scaled else values


def _convolution(images: np.ndarray, kernel: np.ndarray, layer: Layer[np.ndarray]) -> np.ndarray:
    """Return a strided convolution of images (n, height, width, depth).

    kernel: (window, window, depth, filters).
    """
    window, strides = kernel.shape[:2], layer.lengths("strides")
    if layer.settings["padding"] == "same":
        # TensorFlow pads so that a window begins at every stride; of an odd number, the end gets one more.
        totals = [max((math.ceil(n / s) - 1) * s + w - n, 0) for n, s, w in zip(images.shape[1:3], strides, window)]
        images = np.pad(images, ((0, 0), *((total // 2, total - total // 2) for total in totals), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(images, window, axis=(1, 2))[:, :: strides[0], :: strides[1]]
    return np.tensordot(windows, kernel, axes=([3, 4, 5], [2, 0, 1]))  # (n, height', width', filters)


def _transposed(images: np.ndarray, kernel: np.ndarray, layer: Layer[np.ndarray]) -> np.ndarray:
    """Return a transposed convolution of images (n, height, width, depth).

    Every pixel adds its window to the result, one stride further than its neighbor's.
    kernel: (window, window, filters, depth).
    """
    count, height, width, _ = images.shape
    (rows, columns), (down, right) = kernel.shape[:2], layer.lengths("strides")
    full = np.zeros((count, *_full_sides((height, width), layer), kernel.shape[2]), np.float32)
    for row in range(rows):
        for column in range(columns):
            target = full[:, row : row + height * down : down, column : column + width * right : right]
            target[:, :height, :width] += images @ kernel[row, column].T
    if layer.settings["padding"] == "valid":
        return full
    top, left = max(rows - down, 0) // 2, max(columns - right, 0) // 2
    return full[:, top : top + height * down, left : left + width * right]


def _full_sides(sides: Sequence[int], layer: Layer[np.ndarray]) -> tuple[int, int]:
    """Return height and width of a transposed convolution's result before "same" padding removes its edges."""
    (height, width), (rows, columns) = sides[:2], layer.lengths("kernel_size")
    down, right = layer.lengths("strides")
    return (height - 1) * down + max(rows, down), (width - 1) * right + max(columns, right)
