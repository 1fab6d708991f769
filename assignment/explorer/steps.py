"""The steps in which the browser computes a network in inference, before they are numbered and stored."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from assignment.foreign.network import Layer, Network
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import Shape, input_shapes, tensor_shapes

CONVOLUTIONS = ("Dense", "Conv2D", "Conv2DTranspose")  # the layers that have a kernel and an activation
UNCHANGED = ("Dropout", "Flatten", "Identity", "Reshape")  # in inference the values stay the same, in the same order
# How a kernel's axes are ordered for the browser, (rows, columns, filters, depth), so that it reads in one direction.
CONVOLUTION_AXES, TRANSPOSED_AXES = (0, 1, 3, 2), (0, 1, 2, 3)


@dataclass(eq=False)
class Step:
    """One computation. Its result is a tensor, which other steps take.

    kind: `convolution`, `transposed` (a transposed convolution), `scale`, `activation`, `embedding`, `add`,
        `multiply`, `concatenate` or `dot`. A Dense layer is a convolution of single pixels.
    inputs: the steps whose results it takes, or the number of one of the network's inputs.
    size: the number of values of its result.
    settings: numbers, as in `filters`.
    arrays: weights, by name.
    activation: applied to its result; `slope` belongs to `leaky`.
    """

    kind: str
    inputs: list[Tensor]
    size: int
    settings: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    activation: str = "linear"
    slope: float = 0.0


Tensor = Step | int


def network_steps(network: Network[np.ndarray]) -> tuple[list[Step], list[Tensor]]:
    """Return the steps that compute a network, in order, and the tensors that it returns.

    BatchNormalization and activations that follow a convolution become part of its step.
    Raises Refused for a layer that the browser cannot compute.
    """
    steps: list[Step] = []
    outputs = _add_steps(steps, network, list(range(len(network.inputs))), input_shapes(network))
    return _fused(steps, outputs)


def _add_steps(
    steps: list[Step], network: Network[np.ndarray], inputs: Sequence[Tensor], shapes_of_inputs: list[Shape]
) -> list[Tensor]:
    """Append the steps of a network, and of the networks in it; return its outputs."""
    shapes = tensor_shapes(network, shapes_of_inputs)
    given = {tensor.layer: value for tensor, value in zip(network.inputs, inputs, strict=True)}
    tensors: list[list[Tensor]] = []
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
            if layer.kind in CONVOLUTIONS and layer.settings["activation"] != "linear":
                steps.append(_activation(layer, [steps[-1]], shapes[position][0]))
            tensors.append([steps[-1]])
    return [tensors[tensor.layer][tensor.output] for tensor in network.outputs]


def _step(layer: Layer[np.ndarray], inputs: list[Tensor], incoming_shapes: Sequence[Shape], shape: Shape) -> Step:
    size = math.prod(shape)
    match layer.kind:
        case kind if kind in CONVOLUTIONS:
            return _convolution(layer, inputs, incoming_shapes[0], shape)
        case "BatchNormalization":
            *scaled, mean, variance = (weight.astype(np.float64) for weight in layer.weights)
            scale = 1 / np.sqrt(variance + layer.number("epsilon"))
            if layer.settings["scale"]:
                scale = scale * scaled.pop(0)
            bias = -mean * scale + (scaled[0] if scaled else 0)
            return Step("scale", inputs, size, {"filters": shape[-1]}, {"scale": scale, "bias": bias})
        case "LeakyReLU":
            return Step("activation", inputs, size, activation="leaky", slope=layer.number("slope"))
        case "ReLU":
            return Step("activation", inputs, size, activation="relu")
        case "Activation":
            return _activation(layer, inputs, shape)
        case "Embedding":
            rows, columns = layer.weights[0].shape
            return Step("embedding", inputs, size, {"rows": rows, "columns": columns}, {"table": layer.weights[0]})
        case "Concatenate":
            return Step("concatenate", inputs, size, {"pixels": math.prod(shape[:-1])})
        case "Add" | "Multiply":
            if any(incoming != shape[-len(incoming) :] for incoming in map(_without_leading_ones, incoming_shapes)):
                raise Refused(f"the page cannot compute a layer of the kind {layer.kind} with these shapes")
            return Step(layer.kind.lower(), inputs, size)
        case "Dot":
            return Step("dot", inputs, size)
    raise Refused(f"the page cannot compute a layer of the kind {layer.kind}")


def _without_leading_ones(shape: Shape) -> Shape:
    return _without_leading_ones(shape[1:]) if len(shape) > 1 and shape[0] == 1 else shape


def _convolution(layer: Layer[np.ndarray], inputs: list[Tensor], input_shape: Shape, shape: Shape) -> Step:
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
    return Step(
        "transposed" if is_transposed else "convolution",
        inputs,
        math.prod(shape),
        settings,
        {"kernel": kernel, "scale": np.ones(filters), "bias": bias},
    )


def _activation(layer: Layer[np.ndarray], inputs: list[Tensor], shape: Shape) -> Step:
    """Return the step of a layer's activation."""
    name = str(layer.settings["activation"])
    return Step("activation", inputs, math.prod(shape), {"filters": shape[-1]}, activation=name)


def _fused(steps: Sequence[Step], outputs: Sequence[Tensor]) -> tuple[list[Step], list[Tensor]]:
    """Return the steps and outputs with scales and activations as part of the convolution before them."""
    uses = Counter(id(tensor) for step in steps for tensor in step.inputs) + Counter(map(id, outputs))
    replaced: dict[int, Tensor] = {}
    kept = []
    for step in steps:
        step.inputs = [replaced.get(id(tensor), tensor) for tensor in step.inputs]
        before = step.inputs[0]
        if isinstance(before, Step) and uses[id(before)] == 1 and _absorb(before, step):
            replaced[id(step)] = before
            uses[id(before)] = uses[id(step)]
        else:
            kept.append(step)
    return kept, [replaced.get(id(tensor), tensor) for tensor in outputs]


def _absorb(before: Step, step: Step) -> bool:
    """Make a scale or an activation part of the convolution before it; return whether that is possible."""
    if before.kind not in ("convolution", "transposed", "scale") or before.activation != "linear":
        return False
    if step.kind == "scale" and len(step.arrays["scale"]) == len(before.arrays["scale"]):
        scale, bias = step.arrays["scale"], step.arrays["bias"]
        before.arrays |= {"scale": before.arrays["scale"] * scale, "bias": before.arrays["bias"] * scale + bias}
        return True
    if step.kind == "activation" and step.activation != "softmax":  # softmax needs all values of a pixel
        before.activation, before.slope = step.activation, step.slope
        return True
    return False
