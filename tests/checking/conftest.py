from dataclasses import replace

import numpy as np
import pytest

from assignment.checking.sheets import SHEETS
from assignment.checking.weights_only import as_network
from assignment.foreign.network import Contents
from assignment.foreign.shapes import tensor_shapes, weight_shapes


def fill(network, make_array):
    """Return a table with arrays: `make_array(layer, shape, number)` for each weight of each layer."""
    shapes = tensor_shapes(network)
    layers = []
    for position, layer in enumerate(network.layers):
        needed = weight_shapes(layer, shapes[position - 1][0]) if position else []
        arrays = tuple(make_array(layer, shape, number) for number, shape in enumerate(needed))
        layers.append(replace(layer, weights=arrays))
    return replace(network, layers=tuple(layers))


def trained_array(random):
    """Return a function that makes weights as after a training: normal kernels, biases and statistics that changed."""

    def make(layer, shape, number):
        if len(shape) > 1:
            return random.normal(0, 0.1, shape).astype(np.float32)
        return np.abs(random.normal(0.5, 0.2, shape)).astype(np.float32)

    return make


def initial_array(random):
    """Return a function that makes weights as Keras initializes them."""

    def make(layer, shape, number):
        if layer.kind == "BatchNormalization":
            return np.full(shape, [1, 0, 0, 1][number], np.float32)
        if len(shape) == 1:
            return np.zeros(shape, np.float32)
        limit = np.sqrt(6 / (np.prod(shape[:-2]) * (shape[-2] + shape[-1])))
        return random.uniform(-limit, limit, shape).astype(np.float32)

    return make


@pytest.fixture
def make_network():
    """A function that makes a sheet's network, trained or not."""

    def make(role="generator", track="fashion", trained=True, seed=0, position=0):
        expected = [network for network in SHEETS[track].networks if network.role == role][position]
        random = np.random.default_rng(seed)
        network = replace(as_network(expected), name=f"{expected.name}ana")
        return fill(network, (trained_array if trained else initial_array)(random))

    return make


@pytest.fixture
def make_contents(make_network):
    """A function that makes the contents of a file with a sheet's network; the options are those of `make_network`."""

    def make(network=None, facts="", compilation=None, **options):
        network = make_network(**options) if network is None else network
        return Contents("HDF5, complete network", "3.15.1", network, (), compilation, (), facts)

    return make


def changed_layer(network, position, weights=None, kind=None, **settings):
    """Return a table with one layer changed; positions count from the input, 0."""
    layer = network.layers[position]
    layer = replace(layer, settings={**layer.settings, **settings}, kind=kind or layer.kind)
    if weights is not None:
        layer = replace(layer, weights=weights)
    return replace(network, layers=(*network.layers[:position], layer, *network.layers[position + 1 :]))


@pytest.fixture
def change_layer():
    return changed_layer
