"""A network's layers and connections, from the configuration that any Keras since 2.2 writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assignment.foreign.hdf5 import StoredArray
from assignment.foreign.kinds import MAX_NAME, MAX_SHOWN, read_settings, shown
from assignment.foreign.network import Layer, Network, Tensor
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import without_axes

MAX_LAYERS = 500  # of a network, those of networks in it included; the lecture track's largest has some 60
MAX_NESTING = 4  # networks in networks; a combined model has 1
MAX_OUTPUTS = 16  # of a layer; a discriminator with a class has 2
FUNCTIONAL = ("Functional", "Model")  # Keras before 2.4 calls it Model

Unweighted = Layer[StoredArray]


def read_configuration(config: object) -> Network[StoredArray]:
    """Return the network in a parsed configuration, without weights.

    Raises Refused for kinds of layers that are not listed in `kinds`, for connections that are not those of a
    feed-forward network in which each layer is used once, and for layers that do not fit each other.
    """
    return without_axes(_read_network(config, depth=0))


def _read_network(config: object, depth: int) -> Network[StoredArray]:
    content = _mapping(config, "its configuration")
    kind = content.get("class_name")
    if depth > MAX_NESTING:
        raise Refused(f"networks are nested more than {MAX_NESTING} deep")
    if kind == "Sequential":
        return _sequential(content.get("config"), depth)
    if kind in FUNCTIONAL:
        return _functional(_mapping(content.get("config"), "its configuration"), depth)
    raise Refused(f"it is of the kind {shown(kind)}, neither Sequential nor a functional network")


def _sequential(config: object, depth: int) -> Network[StoredArray]:
    # Before 2.2.3, the configuration was the list of layers, without a name.
    content: Mapping[str, Any] = (
        {"layers": config} if isinstance(config, list) else _mapping(config, "its configuration")
    )
    layers: list[Unweighted] = []
    for item in _layer_list(content):
        layer = _layer(item, (Tensor(len(layers) - 1),), depth)
        if layers and layer.kind == "InputLayer":
            raise Refused("it has an input between its layers")
        if not layers and layer.kind != "InputLayer":
            layers.append(_input_of(layer, item, content))
            layer = replace(layer, inputs=(Tensor(0),))
        layers.append(layer)
    if not layers:
        raise Refused("it has no layers")
    _check_count(layers)
    return Network(_name(content), "Sequential", tuple(layers), (Tensor(0),), (Tensor(len(layers) - 1),))


def _input_of(first: Unweighted, item: Mapping[str, Any], content: Mapping[str, Any]) -> Unweighted:
    """Return the input of a Sequential network that does not begin with an InputLayer."""
    if first.network is not None:
        (tensor,) = first.network.inputs[:1]
        return first.network.layers[tensor.layer]
    config = _mapping(item.get("config"), "a layer")
    shape = config.get("batch_input_shape", config.get("batch_shape", content.get("build_input_shape")))
    settings = read_settings("InputLayer", {"batch_shape": shape})
    return Layer("InputLayer", "input", settings, ())


def _functional(config: Mapping[str, Any], depth: int) -> Network[StoredArray]:
    items = _layer_list(config)
    positions = {_name(item) or _name(_mapping(item.get("config"), "a layer")): i for i, item in enumerate(items)}
    if len(positions) != len(items):
        raise Refused("two of its layers have the same name")
    layers = tuple(_layer(item, _node_inputs(item, positions), depth) for item in items)
    _check_count(layers)
    _check_order(layers)
    inputs, outputs = (_tensors(config.get(name), positions) for name in ("input_layers", "output_layers"))
    if not inputs or not outputs or any(layers[tensor.layer].kind != "InputLayer" for tensor in inputs):
        raise Refused("its inputs or outputs are missing")
    if sorted(tensor.layer for tensor in inputs) != [i for i, layer in enumerate(layers) if layer.kind == "InputLayer"]:
        raise Refused("its inputs are not those that it lists")
    return Network(_name(config), "Functional", layers, inputs, outputs)


def _layer(item: Mapping[str, Any], inputs: tuple[Tensor, ...], depth: int) -> Unweighted:
    kind, config = item.get("class_name"), item.get("config")
    if kind == "Sequential" or kind in FUNCTIONAL:
        network = _read_network(item, depth + 1)
        return Layer(network.kind, network.name, {}, inputs, network=network)
    if not isinstance(kind, str) or _is_registered_class(item):
        kind = item.get("registered_name") or kind
        raise Refused(f"it has a layer of the kind {shown(kind)}, which no sheet of the course uses")
    content = _mapping(config, "a layer")
    trainable = content.get("trainable", True)
    if not isinstance(trainable, bool):
        raise Refused(f"it has a layer whose trainable is {shown(trainable)}")
    settings = read_settings(kind, content)
    return Layer(kind, _name(content), settings, () if kind == "InputLayer" else inputs, trainable=trainable)


def _is_registered_class(item: Mapping[str, Any]) -> bool:
    """Return whether a layer is of a class outside Keras that has the name of a class of Keras."""
    registered = item.get("registered_name")
    return isinstance(registered, str) and ">" in registered and registered != item.get("class_name")


def _node_inputs(item: Mapping[str, Any], positions: Mapping[str, int]) -> tuple[Tensor, ...]:
    """Return the tensors that a layer of a functional network takes."""
    nodes = item.get("inbound_nodes", [])
    if not isinstance(nodes, list):
        raise Refused("its connections are not a list")
    if not nodes:
        return ()
    if len(nodes) > 1:
        raise Refused(f"its layer {shown(_name(item))} is used more than once")
    if isinstance(nodes[0], dict):  # Keras 3: {"args": [tensor or list of tensors], "kwargs": {}}
        arguments = nodes[0].get("kwargs") or {}
        # `training=True` would make a Dropout or a BatchNormalization compute something else.
        if not isinstance(arguments, dict):
            raise Refused("one of its connections cannot be read")
        if any(value not in (None, False) for value in arguments.values()):
            names = ", ".join(str(name) for name, value in arguments.items() if value not in (None, False))[:MAX_SHOWN]
            raise Refused(f"its layer {shown(_name(item))} is called with the argument {names}, as in training=True")
        histories = list(_keras_histories(nodes[0].get("args"), depth=0))
        return tuple(_tensor(history, positions) for history in histories)
    return _tensors(nodes[0], positions)


def _keras_histories(value: object, depth: int) -> Sequence[object]:
    """Return the origin, [layer, node, output], of every tensor in the arguments of a call, in order."""
    if depth > MAX_NESTING:
        raise Refused("its connections are nested too deep")
    if isinstance(value, list):
        return [history for part in value for history in _keras_histories(part, depth + 1)]
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        return [_mapping(value.get("config"), "a connection").get("keras_history")]
    raise Refused("a layer takes an argument that is not an output of another layer")


def _tensors(value: object, positions: Mapping[str, int]) -> tuple[Tensor, ...]:
    """Return the tensors in a list of origins, or in a single origin."""
    if not isinstance(value, list):
        raise Refused("its connections are not a list")
    origins = [value] if value and isinstance(value[0], str) else value
    return tuple(_tensor(origin, positions) for origin in origins)


def _tensor(origin: object, positions: Mapping[str, int]) -> Tensor:
    """Return the tensor of an origin [layer, node, output, ...]. The node is dropped, since each layer has only one."""
    if not isinstance(origin, (list, tuple)) or not 3 <= len(origin) <= 4 or origin[3:] not in ([], [{}]):
        raise Refused("one of its connections cannot be read")
    name, _, output = origin[:3]
    if (
        name not in positions
        or isinstance(output, bool)
        or not isinstance(output, int)
        or not 0 <= output < MAX_OUTPUTS
    ):
        raise Refused("one of its connections leads nowhere")
    return Tensor(positions[name], output)


def _check_order(layers: Sequence[Unweighted]) -> None:
    """Raise Refused unless each layer takes outputs of earlier layers, so that there are no loops."""
    for position, layer in enumerate(layers):
        if not layer.inputs and layer.kind != "InputLayer":
            raise Refused("one of its layers has no input")
        if any(tensor.layer >= position for tensor in layer.inputs):
            raise Refused("its layers are connected in a loop, or not in order")


def _count(layers: Sequence[Unweighted]) -> int:
    return sum(1 + (_count(layer.network.layers) if layer.network else 0) for layer in layers)


def _check_count(layers: Sequence[Unweighted]) -> None:
    count = _count(layers)
    if count > MAX_LAYERS:
        raise Refused(f"it has {count:,} layers, but at most {MAX_LAYERS} are expected")


def _layer_list(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    layers = content.get("layers")
    if not isinstance(layers, list):
        raise Refused("its list of layers is missing")
    if len(layers) > MAX_LAYERS:
        raise Refused(f"it has {len(layers):,} layers, but at most {MAX_LAYERS} are expected")
    return [_mapping(layer, "a layer") for layer in layers]


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused(f"the settings of {what} are missing")
    return value


def _name(content: Mapping[str, Any]) -> str:
    name = content.get("name", "")
    if not isinstance(name, str) or len(name) > MAX_NAME or not name.isprintable():
        raise Refused(f"it has a layer with the name {shown(name)}")
    return name
