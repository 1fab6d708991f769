"""What a file of Keras contains, without its arrays: the network, and where the values of each weight are.

Keras writes three layouts:
- a complete network in HDF5: the attribute `model_config`, and the group `model_weights` with a group for each layer;
- weights alone, as in Keras 2: the same groups at the root;
- weights alone, as in Keras 2.13 and later: `layers/<kind>/vars/<number>`; a .keras archive has the same in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from assignment.foreign.compilation import Compilation, find_obstacles, read_compilation
from assignment.foreign.configuration import read_configuration
from assignment.foreign.containers import MAX_TEXT_BYTES, Container
from assignment.foreign.hdf5 import Group, StoredArray, read_structure
from assignment.foreign.kinds import count_trainable, shown, weight_names
from assignment.foreign.network import Contents, Layer, Network
from assignment.foreign.refused import Refused

MAX_NAMES = 2_000  # of layers or weights in an attribute; 500 layers have at most 4 weights each
MAX_CHUNKS = 100  # of an attribute that is stored in parts; Keras splits at 64 kB
# Of Keras, as in 3.15.1 or 2.16.0.dev2023; other texts of the file are not shown.
VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,19}")
FACTS = "assignment"  # the attribute that this program writes
Weights = tuple[StoredArray, ...]


def describe(container: Container) -> Contents[StoredArray]:
    """Return what a file of Keras contains. Raises Refused for another file, any exception for a damaged one."""
    root = read_structure(container.file, container.size)
    if container.configuration is not None:
        version = _mapping(_parse(container.metadata or b"{}")).get("keras_version")
        archive = _mapping(_parse(container.configuration))
        return Contents(
            "Keras archive (.keras)",
            _version(version),
            _with_variables(read_configuration(archive), root),
            compilation=read_compilation(archive.get("compile_config")),
            obstacles=find_obstacles(archive),
        )
    attributes = root.attributes
    version = _version(_text(attributes.get("keras_version", b"")))
    if "model_config" in attributes:
        config = _parse(_text(attributes["model_config"]).encode())
        stored = root.groups.get("model_weights")
        if stored is None:
            raise Refused("it has a network without weights")
        return Contents(
            "HDF5, complete network",
            version or _version(_text(stored.attributes.get("keras_version", b""))),
            _with_weights(read_configuration(config), [weights for _, weights in _layer_weights(stored) if weights]),
            compilation=_compilation(attributes.get("training_config")),
            obstacles=find_obstacles(config),
            facts=_text(attributes.get(FACTS, b"")),
        )
    if "layer_names" in attributes or "layer_names0" in attributes:
        weights = tuple((name, weights) for name, weights in _layer_weights(root) if weights)
        return Contents("HDF5, weights alone", version, None, weights)
    if "layers" in root.groups or "_layer_checkpoint_dependencies" in root.groups:
        weights = tuple(_variables(root))
        return Contents("HDF5, weights alone (since Keras 2.13)", version, None, weights)
    raise Refused("it is an HDF5 file, but not of Keras")


def _compilation(text: object) -> Compilation | None:
    return None if text is None else read_compilation(_parse(_text(text).encode()))


def _layer_weights(group: Group) -> Iterator[tuple[str, Weights]]:
    """Return the weights of each layer, in Keras' order, as legacy HDF5 files have them."""
    for name in _names(group, "layer_names"):
        layer = group.groups.get(name)
        if layer is None:
            raise Refused("a layer's weights are missing")
        arrays = [layer.find(weight) for weight in _names(layer, "weight_names")]
        if any(array is None for array in arrays):
            raise Refused("one of its weights is missing")
        yield name, tuple(array for array in arrays if array is not None)


def _names(group: Group, attribute: str) -> list[str]:
    """Return the names in an attribute, or in its parts: `layer_names0`, `layer_names1` and so on."""
    parts = [group.attributes[attribute]] if attribute in group.attributes else _chunks(group, attribute)
    names = [_text(name) for part in parts for name in np.atleast_1d(part).ravel()[: MAX_NAMES + 1]]
    if len(names) > MAX_NAMES:
        raise Refused(f"its {attribute} has more than {MAX_NAMES:,} names")
    return names


def _chunks(group: Group, attribute: str) -> list[Any]:
    chunks: list[Any] = []
    while f"{attribute}{len(chunks)}" in group.attributes and len(chunks) < MAX_CHUNKS:
        chunks.append(group.attributes[f"{attribute}{len(chunks)}"])
    if not chunks:
        raise Refused(f"its {attribute} is missing")
    return chunks


def _with_weights(network: Network[StoredArray], groups: list[Weights]) -> Network[StoredArray]:
    """Return the network with the weights of each top-level layer that has some, in order."""
    remaining = list(groups)
    layers = []
    for layer in network.layers:
        if _needs_weights(layer):
            if not remaining:
                raise Refused("it has more layers than weights")
            layer = _with_own_weights(layer, remaining.pop(0))
        layers.append(layer)
    if remaining:
        raise Refused("it has more weights than layers")
    return replace(network, layers=tuple(layers))


def _needs_weights(layer: Layer[StoredArray]) -> bool:
    if layer.network is not None:
        return any(map(_needs_weights, layer.network.layers))
    return bool(weight_names(layer.kind, layer.settings))


def _with_own_weights(layer: Layer[StoredArray], weights: Weights) -> Layer[StoredArray]:
    """Return a layer with its weights, or a network in the network with those of its layers.

    Keras lists the trainable weights of a network first, then the others, each in the order of the layers. All weights
    of a layer that is not trainable are among the others.
    """
    plain = list(layer.network.plain_layers()) if layer.network else [layer]
    first, later = {}, {}
    for position, part in enumerate(plain):
        names = weight_names(part.kind, part.settings)
        trainable = count_trainable(part.kind, names) if part.trainable else 0
        first[position], later[position] = trainable, len(names) - trainable
    if len(weights) != sum(first.values()) + sum(later.values()):
        raise Refused(f"its layer {shown(layer.name)} does not have the weights that its settings need")
    remaining = iter(weights)
    taken = {position: [next(remaining) for _ in range(count)] for position, count in first.items()}
    for position, count in later.items():
        taken[position] += [next(remaining) for _ in range(count)]
    complete = iter([replace(part, weights=tuple(taken[position])) for position, part in enumerate(plain)])
    return _filled(layer, complete) if layer.network else next(complete)


def _filled(layer: Layer[StoredArray], complete: Iterator[Layer[StoredArray]]) -> Layer[StoredArray]:
    """Return a network in the network whose plain layers are replaced by the next ones of `complete`."""
    assert layer.network is not None
    layers = [
        _filled(part, complete) if part.network else part if part.kind == "InputLayer" else next(complete)
        for part in layer.network.layers
    ]
    return replace(layer, network=replace(layer.network, layers=tuple(layers)))


def _with_variables(network: Network[StoredArray], group: Group) -> Network[StoredArray]:
    """Return the network with the weights of an archive, whose groups are named by kind and number: `conv2d_1`."""
    groups = _layer_groups(group)
    counts: dict[str, int] = {}
    layers = []
    for layer in network.layers:
        kind = _group_name(layer.kind)
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        stored = groups.get(f"{kind}_{number}" if number else kind)
        if _needs_weights(layer):
            if stored is None:
                raise Refused("a layer's weights are missing")
            if layer.network is not None:
                layer = replace(layer, network=_with_variables(layer.network, stored))
            else:
                layer = _with_own_weights(layer, _own_variables(stored))
        layers.append(layer)
    return replace(network, layers=tuple(layers))


def _layer_groups(group: Group) -> Mapping[str, Group]:
    for name in ("layers", "_layer_checkpoint_dependencies"):
        if name in group.groups:
            return group.groups[name].groups
    raise Refused("its weights are missing")


def _group_name(kind: str) -> str:
    """Return how Keras names the group of a kind of layer: `conv2d_transpose` for "Conv2DTranspose"."""
    name = kind.rpartition(">")[2]
    name = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _own_variables(group: Group) -> Weights:
    """Return a layer's weights in order: those of a wrapped layer first, then its own."""
    wrapped = group.groups.get("layer")
    own = group.groups.get("vars")
    numbered = sorted(own.arrays.items(), key=lambda item: int(item[0])) if own else []
    return (*(_own_variables(wrapped) if wrapped else ()), *(array for _, array in numbered))


def _variables(group: Group) -> Iterator[tuple[str, Weights]]:
    for name, layer in _layer_groups(group).items():
        if "layers" in layer.groups or "_layer_checkpoint_dependencies" in layer.groups:
            yield from ((f"{name}/{part}", weights) for part, weights in _variables(layer))
        elif weights := _own_variables(layer):
            yield name, weights


def _parse(text: bytes) -> object:
    if len(text) > MAX_TEXT_BYTES:
        raise Refused(f"its configuration has more than {MAX_TEXT_BYTES:,} bytes")
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise Refused(f"its configuration contains {name}")


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused("its configuration is not that of a network")
    return value


def _text(value: object) -> str:
    """Return an attribute that is a text, as bytes or str."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    text = value.decode("utf-8") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        raise Refused("an attribute that should be a text is none")
    if len(text) > MAX_TEXT_BYTES:
        raise Refused(f"an attribute has more than {MAX_TEXT_BYTES:,} characters")
    return str(text)


def _version(value: object) -> str:
    """Return the version of Keras, "" if it is not one."""
    return value if isinstance(value, str) and VERSION.fullmatch(value) else ""
