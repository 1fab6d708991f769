"""The shapes of the tensors in a network, computed from its table, without building it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from assignment.foreign.kinds import (
    MINIBATCH_DEVIATION,
    MINIBATCH_DISCRIMINATION,
    MINIBATCH_KERNEL_SIZE,
    MINIBATCH_KERNELS,
    weight_names,
)
from assignment.foreign.network import Layer, Network, Tensor, WeightT
from assignment.foreign.refused import Refused

Shape = tuple[int, ...]  # of one example, without the batch


def tensor_shapes(network: Network[WeightT], inputs: list[Shape] | None = None) -> list[list[Shape]]:
    """Return the shapes of the outputs of every layer, in order.

    inputs: shapes that replace those of the network's own inputs, for a network in a network.
    Raises Refused if the layers do not fit each other.
    """
    shapes: list[list[Shape]] = []
    if inputs is not None and len(inputs) != len(network.inputs):
        raise Refused(f"a network in it has {len(network.inputs)} inputs, but is called with {len(inputs)}")
    given = dict(zip((tensor.layer for tensor in network.inputs), inputs or ()))
    for position, layer in enumerate(network.layers):
        incoming = [_find(shapes, tensor) for tensor in layer.inputs]
        if position in given:
            shapes.append([given[position]])
        elif layer.network is not None:
            inner = tensor_shapes(layer.network, incoming)
            shapes.append([_find(inner, tensor) for tensor in layer.network.outputs])
        else:
            shapes.append([_output_shape(layer, incoming)])
    return shapes


def input_shapes(network: Network[WeightT]) -> list[Shape]:
    """Return the shape of each input of a network."""
    shapes = tensor_shapes(network)
    return [_find(shapes, tensor) for tensor in network.inputs]


def output_shapes(network: Network[WeightT]) -> list[Shape]:
    """Return the shape of each output of a network."""
    shapes = tensor_shapes(network)
    return [_find(shapes, tensor) for tensor in network.outputs]


def is_image(shape: Shape) -> bool:
    """Return whether a tensor of this shape is an image: height, width and depth."""
    return len(shape) == 3


def without_axes(network: Network[WeightT], inputs: list[Shape] | None = None) -> Network[WeightT]:
    """Return the network without the axes of its layers, since all of them are the last one.

    Before, the table has the axis as the file writes it: -1, or a number that depends on the rank of the input.
    inputs: as for `tensor_shapes`. Raises Refused for any other axis, and if the layers do not fit each other.
    """
    shapes = tensor_shapes(network, inputs)
    layers = []
    for layer in network.layers:
        incoming = [_find(shapes, tensor) for tensor in layer.inputs]
        if layer.network is not None:
            layer = replace(layer, network=without_axes(layer.network, incoming))
        elif "axis" in layer.settings:
            if layer.settings["axis"] not in (-1, len(incoming[0])):
                raise Refused(f"a layer of the kind {layer.kind} works along another axis than the last one")
            layer = replace(layer, settings={name: v for name, v in layer.settings.items() if name != "axis"})
        layers.append(layer)
    return replace(network, layers=tuple(layers))


def _find(shapes: list[list[Shape]], tensor: Tensor) -> Shape:
    if not 0 <= tensor.layer < len(shapes) or not 0 <= tensor.output < len(shapes[tensor.layer]):
        raise Refused("one of its connections leads nowhere")
    return shapes[tensor.layer][tensor.output]


def _output_shape(layer: Layer[WeightT], incoming: list[Shape]) -> Shape:
    settings, kind = layer.settings, layer.kind
    if kind == "InputLayer":
        shape = layer.lengths("shape")
        if -1 in shape:
            raise Refused("the shape of its input is not fixed")
        return shape
    if not incoming or (len(incoming) > 1) != (kind in ("Add", "Concatenate", "Dot", "Multiply")):
        raise Refused(f"a layer of the kind {kind} has {len(incoming)} inputs")
    first = incoming[0]
    if "filters" in settings:
        return _convolved(layer, first)
    if "units" in settings:
        return (*first[:-1], int(layer.number("units")))
    if kind == "Embedding":
        return (*first, int(layer.number("output_dim")))
    if kind == "Flatten":
        return (math.prod(first),)
    if kind == "Reshape":
        return _reshaped(first, layer.lengths("target_shape"))
    if kind in ("Add", "Multiply"):
        return _broadcast(incoming)
    if kind == "Concatenate":
        if any(shape[:-1] != first[:-1] for shape in incoming):
            raise Refused("it concatenates tensors of different shapes")
        return (*first[:-1], sum(shape[-1] for shape in incoming))
    if kind == "Dot":
        if any(shape != first or len(shape) != 1 for shape in incoming):
            raise Refused("it multiplies tensors of different shapes")
        return (1,)
    appended = {MINIBATCH_DEVIATION: 1, MINIBATCH_DISCRIMINATION: MINIBATCH_KERNELS}.get(kind, 0)
    return (*first[:-1], first[-1] + appended)


def _broadcast(shapes: list[Shape]) -> Shape:
    """Return the shape of tensors that are added or multiplied; a length of 1 is repeated."""
    lengths = [set(numbers) for numbers in zip(*shapes)]
    if len({len(shape) for shape in shapes}) > 1 or any(len(numbers - {1}) > 1 for numbers in lengths):
        raise Refused("it adds or multiplies tensors of different shapes")
    return tuple(max(numbers) for numbers in lengths)


def _convolved(layer: Layer[WeightT], shape: Shape) -> Shape:
    if len(shape) != 3:
        raise Refused("a convolution has an input that is no image")
    is_same = layer.settings["padding"] == "same"
    sides = []
    for length, window, stride in zip(shape[:2], layer.lengths("kernel_size"), layer.lengths("strides")):
        if layer.kind == "Conv2DTranspose":
            sides.append(length * stride + (0 if is_same else max(window - stride, 0)))
        else:
            sides.append(math.ceil(length / stride) if is_same else (length - window) // stride + 1)
    if min(sides) < 1:
        raise Refused("a convolution has a larger window than its image")
    return (*sides, int(layer.number("filters")))


def _reshaped(shape: Shape, target: Shape) -> Shape:
    size, known = math.prod(shape), math.prod(length for length in target if length != -1)
    if -1 in target:
        if target.count(-1) > 1 or not known or size % known:
            raise Refused("a reshape does not fit its input")
        return tuple(size // known if length == -1 else length for length in target)
    if known != size:
        raise Refused("a reshape does not fit its input")
    return target


def weight_shapes(layer: Layer[WeightT], incoming: Shape) -> list[Shape]:
    """Return the shapes of a layer's weights in Keras' order, from its settings and the shape of its input."""
    settings, kind, depth = layer.settings, str(layer.settings.get("wrapped", layer.kind)), incoming[-1]
    names = weight_names(layer.kind, settings)
    if kind == "BatchNormalization":
        return [(depth,)] * len(names)
    if kind == "Embedding":
        return [(int(layer.number("input_dim")), int(layer.number("output_dim")))]
    if kind == MINIBATCH_DISCRIMINATION:
        return [(depth, MINIBATCH_KERNELS * MINIBATCH_KERNEL_SIZE)]
    if kind not in ("Dense", "Conv2D", "Conv2DTranspose"):
        return []
    outputs = int(layer.number("units" if kind == "Dense" else "filters"))
    window = () if kind == "Dense" else layer.lengths("kernel_size")
    ends = (outputs, depth) if kind == "Conv2DTranspose" else (depth, outputs)
    shapes = {"kernel": (*window, *ends), "bias": (outputs,), "direction": (1, outputs)}
    return [shapes[name] for name in names]


def check_weights(network: Network[Any], inputs: list[Shape] | None = None) -> None:
    """Raise Refused unless every layer has weights of the shapes that its settings need, and all connections exist."""
    shapes = tensor_shapes(network, inputs)
    for tensor in (*network.inputs, *network.outputs):
        _find(shapes, tensor)
    for layer in network.layers:
        incoming = [_find(shapes, tensor) for tensor in layer.inputs]
        if layer.network is not None:
            check_weights(layer.network, incoming)
        elif layer.kind != "InputLayer":
            needed = weight_shapes(layer, incoming[0])
            if [tuple(weight.shape) for weight in layer.weights] != needed:
                raise Refused(f"a layer of the kind {layer.kind} has weights of other shapes than its settings need")
