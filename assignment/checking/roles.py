"""Which network is which: a generator, a discriminator, or both in one."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

import numpy as np

from assignment.checking.sheets import ExpectedNetwork, Sheet
from assignment.checking.structure import ends_match, folded_layers
from assignment.foreign.network import Network
from assignment.foreign.shapes import input_shapes, is_image, output_shapes

GENERATOR, DISCRIMINATOR, COMBINED, OTHER = "generator", "discriminator", "combined model", "other network"


def find_role(network: Network[np.ndarray]) -> str:
    """Return what a network is, by the shapes of its inputs and outputs: images have three dimensions."""
    takes_images, makes_images = (any(map(is_image, ends(network))) for ends in (input_shapes, output_shapes))
    if makes_images and not takes_images:
        return GENERATOR
    if takes_images and not makes_images:
        return DISCRIMINATOR
    if not takes_images and {GENERATOR, DISCRIMINATOR} <= set(map(find_role, parts(network))):
        return COMBINED
    return OTHER


def parts(network: Network[np.ndarray]) -> Iterator[Network[np.ndarray]]:
    """Return the networks in a network."""
    for layer in network.layers:
        if layer.network is not None:
            yield layer.network


def choose_expected(network: Network[np.ndarray], role: str, sheet: Sheet) -> ExpectedNetwork:
    """Return the network of a sheet that a generator or a discriminator should be compared with.

    Of several, it is the one with the same inputs and outputs and the most similar layers.
    """
    kinds = [layer.kind for layer in folded_layers(network)]

    def distance(expected: ExpectedNetwork) -> tuple[int, float]:
        ends = ((input_shapes(network), expected.inputs), (output_shapes(network), expected.outputs))
        similarity = SequenceMatcher(None, kinds, [layer.kind for layer in expected.layers], autojunk=False).ratio()
        return sum(not ends_match(shapes, wanted) for shapes, wanted in ends), -similarity

    return min((expected for expected in sheet.networks if expected.role == role), key=distance)
