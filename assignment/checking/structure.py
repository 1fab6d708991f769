"""Compare the layers of a network with those that a sheet asks for: by order, kind and setting, never by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

import numpy as np

from assignment.checking.answers import NAME, NO, YES, Line
from assignment.checking.sheets import ExpectedLayer, ExpectedNetwork
from assignment.checking.words import layer_words, shape_words
from assignment.foreign.network import Layer, Network, Setting
from assignment.foreign.shapes import Shape, input_shapes, output_shapes

ROUNDING = 1e-6  # of a slope or a rate that was stored in float32
ARGUMENTS = {"slope": "negative_slope"}  # what Keras calls a setting, where that is another word

Found = Layer[np.ndarray]


def compare_layers(network: Network[np.ndarray], expected: ExpectedNetwork) -> list[Line]:
    """Return a line for each requirement of a sheet on the kind, name, ends and layers of one of its networks."""
    layers = folded_layers(network)
    lines = [*_kind(network, expected), *_name(network, expected), *_ends(network, expected)]
    lines += _all_layers(layers, expected.layers) if expected.layers else _some_layers(layers, expected.contains)
    return lines


def compare_weights(network: Network[np.ndarray], expected: ExpectedNetwork) -> list[Line]:
    """Return a line on the number of weights, if the sheet determines it."""
    if expected.weights is None:
        return []
    count = sum(weight.size for layer in network.plain_layers() for weight in layer.weights)
    return [_line(f"{expected.weights:,} weights in all", count == expected.weights, f"{count:,} weights")]


def folded_layers(network: Network[np.ndarray]) -> list[Found]:
    """Return the layers without the inputs, each separate Activation folded into the layer before it."""
    layers: list[Found] = []
    for layer in network.plain_layers():
        last = layers[-1] if layers else None
        if layer.kind == "Activation" and last and last.settings.get("activation") == "linear":
            layers[-1] = replace(last, settings={**last.settings, "activation": layer.settings["activation"]})
        else:
            layers.append(layer)
    return layers


def _kind(network: Network[np.ndarray], expected: ExpectedNetwork) -> Iterator[Line]:
    if expected.kind:
        found = network.kind
        words = {"Sequential": "a Sequential model", "Functional": "a functional model"}
        advice = f"build it with keras.{'Sequential' if expected.kind == 'Sequential' else 'Model'}"
        yield _line(words[expected.kind], found == expected.kind, words[found], advice)


def _name(network: Network[np.ndarray], expected: ExpectedNetwork) -> Iterator[Line]:
    if expected.name:
        holds = network.name.startswith(expected.name) and len(network.name) > len(expected.name)
        advice = f'give the model this name: name="{expected.name}ana" with your first name'
        line = _line(f"name: {expected.name}<firstname>", holds, network.name or "no name", advice)
        yield replace(line, topic=NAME)


def _ends(network: Network[np.ndarray], expected: ExpectedNetwork) -> Iterator[Line]:
    for what, shapes, wanted in (
        ("input", input_shapes(network), expected.inputs),
        ("output", output_shapes(network), expected.outputs),
    ):
        requirement, found = (" and ".join(_end_words(shape, what) for shape in ends) for ends in (wanted, shapes))
        yield _line(f"{what}: {requirement}", ends_match(shapes, wanted), found)


def ends_match(shapes: Sequence[Shape], wanted: Sequence[Shape]) -> bool:
    """Return whether inputs or outputs have the wanted shapes, in any order; () stands for a vector of any length."""
    remaining = list(shapes)
    for shape in sorted(wanted, key=len, reverse=True):  # the open ones take what is left
        match = next((found for found in remaining if found == shape or (not shape and len(found) == 1)), None)
        if match is None:
            return False
        remaining.remove(match)
    return not remaining


def _end_words(shape: Shape, what: str) -> str:
    if not shape:
        return "a vector of noise"
    if shape == (1,):
        return "a label" if what == "input" else "one number"
    return f"a vector of {shape[0]}" if len(shape) == 1 else shape_words(shape)


def _all_layers(layers: Sequence[Found], expected: Sequence[ExpectedLayer]) -> Iterator[Line]:
    """Return a line for each layer that a sheet lists, and one for each layer that it does not list."""
    kinds = [layer.kind for layer in layers], [layer.kind for layer in expected]
    matcher = SequenceMatcher(None, *kinds, autojunk=False)
    for tag, begin, end, first, last in matcher.get_opcodes():
        found, wanted = list(layers[begin:end]), list(enumerate(expected[first:last], first + 1))
        if tag == "equal":
            yield from (_layer_line(number, layer, part) for (number, layer), part in zip(wanted, found))
            continue
        for (number, layer), part in zip(wanted, found):
            advice = f"replace it with {layer_words(layer.kind, layer.settings)}"
            yield _line(_requirement(number, layer), False, _found_words(part), advice)
        for number, layer in wanted[len(found) :]:
            yield _line(_requirement(number, layer), False, "missing", "add this layer")
        for position, part in enumerate(found[len(wanted) :], begin + len(wanted) + 1):
            found_as = f"{_found_words(part)} as layer {position} of the file"
            yield _line("only the layers of the sheet", False, found_as, "remove this layer")


def _layer_line(number: int, expected: ExpectedLayer, found: Found) -> Line:
    different = _differences(expected, found)
    # The sheets give the activation where there is one, so a layer without one must have none.
    if "activation" in found.settings and "activation" not in expected.settings:
        if found.settings["activation"] != "linear":
            different["activation"] = "linear"
    advice = "write " + ", ".join(f"{ARGUMENTS.get(name, name)}={value!r}" for name, value in different.items())
    return _line(_requirement(number, expected), not different, _found_words(found), advice)


def _some_layers(layers: Sequence[Found], expected: Sequence[ExpectedLayer]) -> Iterator[Line]:
    """Return a line for each layer that must be somewhere in the network."""
    for wanted in expected:
        candidates = [layer for layer in layers if layer.kind == wanted.kind]
        fits = [layer for layer in candidates if not _differences(wanted, layer)]
        nearest = min(candidates, key=lambda layer: len(_differences(wanted, layer)), default=None)
        found = _found_words(nearest) if nearest else "no such layer"
        yield _line(layer_words(wanted.kind, wanted.settings), bool(fits), found, "add such a layer")


def _differences(expected: ExpectedLayer, found: Found) -> dict[str, Setting]:
    """Return the settings of an expected layer that a layer does not have."""
    return {name: value for name, value in expected.settings.items() if not _same(found.settings.get(name), value)}


def _requirement(number: int, layer: ExpectedLayer) -> str:
    return f"layer {number}: {layer_words(layer.kind, layer.settings)}"


def _found_words(layer: Found) -> str:
    return layer_words(layer.kind, layer.settings)


def _same(found: object, expected: object) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        return abs(found - expected) < ROUNDING
    return found == expected


def _line(requirement: str, holds: bool, found: str, advice: str = "") -> Line:
    return Line(requirement, YES if holds else NO, found, "" if holds else advice)
