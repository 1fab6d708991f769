"""A network as a program for the browser: steps that JavaScript computes, and the bytes of their weights.

Kernels are stored as 16-bit integers with a scale for each filter. They take the space of float16, and the images are
several times nearer to those in float32 (docs/explore.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from assignment.foreign.network import Layer, Network
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import Shape, tensor_shapes

NOT_FINITE = "its weights are NaN or infinite, so its training diverged, or the file is damaged"
LARGEST = 32_767  # of a 16-bit integer
ALIGNMENT = 4  # bytes; JavaScript reads float32 numbers only from such positions
UNCHANGED = ("Dropout", "Flatten", "Identity", "Reshape")  # in inference the values stay the same, in the same order
# How a kernel's axes are ordered for the browser, (rows, columns, filters, depth), so that it reads in one direction.
CONVOLUTION_AXES, TRANSPOSED_AXES = (0, 1, 3, 2), (0, 1, 2, 3)


class Program(NamedTuple):
    """A network for the browser.

    description: what the browser needs to know, for JSON. `inputs` are the shapes of the network's inputs, `steps` what
        is computed, one after another, and `outputs` the tensors that are returned. Tensors are numbered: first the
        inputs, then the result of each step.
    weights: the bytes to which the steps refer by position.
    """

    description: dict[str, Any]
    weights: bytes


@dataclass(eq=False)
class _Step:
    """One computation, before it has a number.

    kind: `convolution`, `transposed` (a transposed convolution), `scale`, `activation`, `embedding`, `add`,
        `multiply`, `concatenate` or `dot`. A Dense layer is a convolution of single pixels.
    inputs: the steps whose results it takes, or the number of one of the network's inputs.
    size: the number of values of its result.
    settings: numbers, as in `filters`.
    arrays: weights, by name.
    activation: applied to its result; `slope` belongs to `leaky`.
    """

    kind: str
    inputs: list[_Tensor]
    size: int
    settings: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    activation: str = "linear"
    slope: float = 0.0


_Tensor = _Step | int


def compile_network(network: Network[np.ndarray]) -> Program:
    """Return the program that computes in the browser what the network computes in inference.

    BatchNormalization and activations that follow a convolution become part of its step.
    Raises Refused for a layer that the browser cannot compute.
    """
    shapes = tensor_shapes(network)
    inputs = [shapes[tensor.layer][tensor.output] for tensor in network.inputs]
    steps: list[_Step] = []
    with np.errstate(all="ignore"):  # weights of a network that diverged; they are refused when they are stored
        outputs = _add_steps(steps, network, list(range(len(inputs))), inputs)
        return _numbered(inputs, *_fused(steps, outputs))


def _add_steps(
    steps: list[_Step], network: Network[np.ndarray], inputs: Sequence[_Tensor], input_shapes: list[Shape]
) -> list[_Tensor]:
    """Append the steps of a network, and of the networks in it; return its outputs."""
    shapes = tensor_shapes(network, input_shapes)
    given = {tensor.layer: value for tensor, value in zip(network.inputs, inputs, strict=True)}
    tensors: list[list[_Tensor]] = []
    for position, layer in enumerate(network.layers):
        incoming = [tensors[tensor.layer][tensor.output] for tensor in layer.inputs]
        incoming_shapes = [shapes[tensor.layer][tensor.output] for tensor in layer.inputs]
        if position in given:
            tensors.append([given[position]])
        elif layer.network is not None:
            tensors.append(_add_steps(steps, layer.network, incoming, incoming_shapes))
        elif layer.kind in UNCHANGED:
            tensors.append(incoming)
        else:
            steps.append(_step(layer, incoming, incoming_shapes, shapes[position][0]))
            if steps[-1].activation == "softmax" and steps[-1].kind != "activation":  # it needs all values of a pixel
                steps[-1].activation = "linear"
                settings = {"filters": shapes[position][0][-1]}
                steps.append(_Step("activation", [steps[-1]], steps[-1].size, settings, activation="softmax"))
            tensors.append([steps[-1]])
    return [tensors[tensor.layer][tensor.output] for tensor in network.outputs]


def _step(layer: Layer[np.ndarray], inputs: list[_Tensor], input_shapes: Sequence[Shape], shape: Shape) -> _Step:
    size = math.prod(shape)
    match layer.kind:
        case "Dense" | "Conv2D" | "Conv2DTranspose":
            return _convolution(layer, inputs, input_shapes[0], shape)
        case "BatchNormalization":
            *scaled, mean, variance = (weight.astype(np.float64) for weight in layer.weights)
            scale = 1 / np.sqrt(variance + layer.number("epsilon"))
            if layer.settings["scale"]:
                scale = scale * scaled.pop(0)
            bias = -mean * scale + (scaled[0] if scaled else 0)
            return _Step("scale", inputs, size, {"filters": shape[-1]}, {"scale": scale, "bias": bias})
        case "LeakyReLU":
            return _Step("activation", inputs, size, activation="leaky", slope=layer.number("slope"))
        case "ReLU":
            return _Step("activation", inputs, size, activation="relu")
        case "Activation":
            return _Step(
                "activation", inputs, size, {"filters": shape[-1]}, activation=str(layer.settings["activation"])
            )
        case "Embedding":
            rows, columns = layer.weights[0].shape
            return _Step("embedding", inputs, size, {"rows": rows, "columns": columns}, {"table": layer.weights[0]})
        case "Concatenate":
            return _Step("concatenate", inputs, size, {"pixels": math.prod(shape[:-1])})
        case "Add" | "Multiply":
            if any(incoming != shape[-len(incoming) :] for incoming in map(_without_leading_ones, input_shapes)):
                raise Refused(f"the page cannot compute a layer of the kind {layer.kind} with these shapes")
            return _Step(layer.kind.lower(), inputs, size)
        case "Dot":
            return _Step("dot", inputs, size)
    raise Refused(f"the page cannot compute a layer of the kind {layer.kind}")


def _without_leading_ones(shape: Shape) -> Shape:
    return _without_leading_ones(shape[1:]) if len(shape) > 1 and shape[0] == 1 else shape


def _convolution(layer: Layer[np.ndarray], inputs: list[_Tensor], input_shape: Shape, shape: Shape) -> _Step:
    """Return the step of a Dense, Conv2D or Conv2DTranspose layer."""
    kernel = layer.weights[0]
    strides: tuple[int, ...] = (1, 1)
    is_same = layer.settings.get("padding") == "same"
    if layer.kind == "Dense":  # every pixel on its own
        pixels, depth = math.prod(input_shape[:-1]), input_shape[-1]
        input_shape, shape = (pixels, 1, depth), (pixels, 1, shape[-1])
        kernel = kernel[np.newaxis, np.newaxis]  # (1, 1, depth, filters)
    else:
        strides = layer.lengths("strides")
    is_transposed = layer.kind == "Conv2DTranspose"
    kernel = kernel.transpose(TRANSPOSED_AXES if is_transposed else CONVOLUTION_AXES).astype(np.float64)
    rows, columns, filters, _ = kernel.shape
    margins: tuple[int, ...] = (0, 0)
    if is_same:
        # TensorFlow pads so that a window begins at every stride; of an odd number, the end gets one more.
        whole = zip(kernel.shape[:2], strides, input_shape[:2])
        totals = (w - s if is_transposed else (math.ceil(n / s) - 1) * s + w - n for w, s, n in whole)
        margins = tuple(max(total, 0) // 2 for total in totals)
    settings = {
        **dict(zip(("height", "width", "depth"), input_shape)),
        **dict(zip(("outputHeight", "outputWidth", "filters"), shape)),
        "rows": rows,
        "columns": columns,
        **dict(zip(("down", "right"), strides)),
        **dict(zip(("top", "left"), margins)),
    }
    bias = layer.weights[1].astype(np.float64) if len(layer.weights) > 1 else np.zeros(filters)
    return _Step(
        "transposed" if is_transposed else "convolution",
        inputs,
        math.prod(shape),
        settings,
        {"kernel": kernel, "scale": np.ones(filters), "bias": bias},
        activation=str(layer.settings["activation"]),
    )


def _fused(steps: Sequence[_Step], outputs: Sequence[_Tensor]) -> tuple[list[_Step], list[_Tensor]]:
    """Return the steps and outputs with scales and activations as part of the convolution before them."""
    uses = Counter(id(tensor) for step in steps for tensor in step.inputs) + Counter(map(id, outputs))
    replaced: dict[int, _Tensor] = {}
    kept = []
    for step in steps:
        step.inputs = [replaced.get(id(tensor), tensor) for tensor in step.inputs]
        before = step.inputs[0]
        if isinstance(before, _Step) and uses[id(before)] == 1 and _absorb(before, step):
            replaced[id(step)] = before
            uses[id(before)] = uses[id(step)]
        else:
            kept.append(step)
    return kept, [replaced.get(id(tensor), tensor) for tensor in outputs]


def _absorb(before: _Step, step: _Step) -> bool:
    """Make a scale or an activation part of the convolution before it; return whether that is possible."""
    if before.kind not in ("convolution", "transposed", "scale") or before.activation != "linear":
        return False
    if step.kind == "scale" and len(step.arrays["scale"]) == len(before.arrays["scale"]):
        scale, bias = step.arrays["scale"], step.arrays["bias"]
        before.arrays |= {"scale": before.arrays["scale"] * scale, "bias": before.arrays["bias"] * scale + bias}
        return True
    if step.kind == "activation" and step.activation != "softmax":
        before.activation, before.slope = step.activation, step.slope
        return True
    return False


def _numbered(inputs: Sequence[Shape], steps: Sequence[_Step], outputs: Sequence[_Tensor]) -> Program:
    """Return the program: every tensor with its number, every array with its position."""
    numbers: dict[int, int] = {id(step): len(inputs) + position for position, step in enumerate(steps)}

    def number(tensor: _Tensor) -> int:
        return tensor if isinstance(tensor, int) else numbers[id(tensor)]

    weights = bytearray()

    def store(array: np.ndarray, dtype: str) -> tuple[int, int]:
        position = len(weights)
        if not np.isfinite(array.astype(dtype)).all():
            raise Refused(NOT_FINITE)
        weights.extend(np.ascontiguousarray(array, dtype).tobytes())
        weights.extend(bytes(-len(weights) % ALIGNMENT))
        return position, array.size

    described = []
    for step in steps:
        arrays = step.arrays
        if "kernel" in arrays:
            kernel, largest = _as_integers(arrays["kernel"])
            arrays = {"scale": arrays["scale"] * largest, "bias": arrays["bias"]}
        positions = {name: store(array, "<f4") for name, array in arrays.items()}
        if "kernel" in step.arrays:
            positions["kernel"] = store(kernel, "<i2")
        described.append(
            {
                "kind": step.kind,
                "inputs": [number(tensor) for tensor in step.inputs],
                "size": step.size,
                "activation": step.activation,
                "slope": step.slope,
                "arrays": positions,
                **step.settings,
            }
        )
    return Program(
        {"inputs": list(inputs), "steps": described, "outputs": [number(tensor) for tensor in outputs]}, bytes(weights)
    )


def _as_integers(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a kernel (rows, columns, filters, depth) in 16-bit integers, and the value of 1 for each filter."""
    largest = np.abs(kernel).max(axis=(0, 1, 3))
    if not np.isfinite(largest).all():
        raise Refused(NOT_FINITE)
    unit = np.where(largest > 0, largest, 1) / LARGEST
    return np.rint(kernel / unit[:, np.newaxis]).astype(np.int16), unit
