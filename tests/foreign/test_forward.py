"""The outputs that NumPy computes are those of Keras."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from assignment.foreign import forward
from assignment.foreign.configuration import read_configuration
from assignment.foreign.contents import _with_weights
from assignment.foreign.forward import random_inputs, run
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import output_shapes

RANDOM = np.random.default_rng(0)


def table(model):
    """The table of a Keras network, with its arrays."""
    network = read_configuration(json.loads(model.to_json()))
    groups = [tuple(layer.get_weights()) for layer in model.layers if layer.weights]
    return _with_weights(network, groups)


def compare(model, *inputs):
    for weight in model.weights:
        weight.assign(np.abs(RANDOM.normal(0.5, 0.2, weight.shape)))
    expected = model(list(inputs) if len(inputs) > 1 else inputs[0], training=False)
    (outputs,) = run(table(model), inputs)
    np.testing.assert_allclose(outputs, np.asarray(expected), rtol=1e-4, atol=1e-4)
    assert output_shapes(table(model)) == [outputs.shape[1:]]


@pytest.mark.parametrize("kind", [layers.Conv2D, layers.Conv2DTranspose])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(
    ("size", "kernel", "strides"), [(7, 5, 2), (8, 4, 2), (6, 3, 1), (9, 2, 3), (7, (3, 5), (2, 1))]
)
def test_convolutions(kind, padding, size, kernel, strides):
    model = keras.Sequential([keras.Input((size, size, 2)), kind(3, kernel, strides=strides, padding=padding)])
    compare(model, RANDOM.normal(size=(2, size, size, 2)).astype(np.float32))


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dense(4, activation="tanh"),
        layers.Dense(4, activation="softmax", use_bias=False),
        layers.Dense(4, activation="sigmoid"),
        layers.BatchNormalization(epsilon=0.01),
        layers.BatchNormalization(scale=False),
        layers.BatchNormalization(center=False),
        layers.LeakyReLU(negative_slope=0.1),
        layers.ReLU(),
        layers.Activation("relu"),
        layers.Reshape((3, -1)),
        layers.Flatten(),
        layers.Dropout(0.4),
        layers.Identity(),
    ],
)
def test_other_layers(layer):
    compare(keras.Sequential([keras.Input((6,)), layer]), RANDOM.normal(size=(3, 6)).astype(np.float32))


def test_layers_with_several_inputs():
    noise, label = keras.Input((4,)), keras.Input((1,), dtype="int32")
    embedded = layers.Flatten()(layers.Embedding(10, 4)(label))
    total = layers.Add()([noise, embedded])
    outputs = layers.Concatenate()([total, layers.Dot(1)([noise, embedded])])
    labels = np.array([[3], [9]], np.int32)
    compare(keras.Model([noise, label], outputs), RANDOM.normal(size=(2, 4)).astype(np.float32), labels)


@pytest.mark.parametrize("layer", [layers.Add, layers.Multiply])
def test_sums_and_products_repeat_lengths_of_1(layer):
    image, scales = keras.Input((3, 2, 4)), keras.Input((1, 1, 4))
    values = (RANDOM.normal(size=(2, *shape)).astype(np.float32) for shape in ((3, 2, 4), (1, 1, 4)))
    compare(keras.Model([image, scales], layer()([image, scales])), *values)


def test_networks_in_a_network_are_counted_too(monkeypatch):
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4, use_bias=False)])
    network = table(keras.Sequential([keras.Input((4,)), inner, layers.Dense(4, use_bias=False)]))
    monkeypatch.setattr(forward, "MAX_PRODUCTS", 33)  # 16 for each of the two layers, 1 for each input
    with pytest.raises(Refused, match="too large to be computed here"):
        run(network, [np.zeros((1, 4))])
    monkeypatch.setattr(forward, "MAX_PRODUCTS", 34)
    run(network, [np.zeros((1, 4))])


def test_a_network_in_a_network_is_counted_with_the_shapes_that_it_is_called_with(monkeypatch):
    inner = keras.Sequential([keras.Input((1,)), layers.ReLU()])
    network = table(keras.Sequential([keras.Input((4,)), layers.Dense(1), inner]))
    (nested,) = (layer.network for layer in network.layers if layer.network)
    monkeypatch.setattr(forward, "MAX_VALUES", 100)
    assert sum(values for values, _, _ in forward._layer_sizes(nested, [(60,)])) == 120


def test_random_inputs_are_labels_or_noise():
    noise, label = keras.Input((4,)), keras.Input((1,))  # old versions of Keras have labels that are not whole numbers
    outputs = layers.Concatenate()([noise, layers.Flatten()(layers.Embedding(3, 2)(label))])
    first, second = random_inputs(table(keras.Model([noise, label], outputs)), count=5, classes=3, seed=1)
    assert first.shape == (5, 4) and first.dtype == np.float32 and len(np.unique(first)) == 20
    assert second.ravel().tolist() == [0, 1, 2, 0, 1]


@pytest.mark.parametrize(
    ("size", "layer"),
    [
        (1, layers.Conv2DTranspose(1, 1, strides=5_000)),  # large images from few weights
        (32, layers.Conv2D(1, 1_448, padding="same")),  # every pixel has a window of 1448x1448
        (1, layers.Conv2DTranspose(1, 100)),  # a step of a loop in Python for every position of the kernel
    ],
    ids=["large images", "large windows", "many positions"],
)
def test_a_network_that_is_too_large_is_refused_before_it_takes_memory(size, layer):
    model = keras.Sequential([keras.Input((size, size, 1)), layer])
    network = read_configuration(json.loads(model.to_json()))
    kernel = np.broadcast_to(np.float32(0), (*layer.kernel_size, 1, layer.filters))
    network = replace(network, layers=(network.layers[0], replace(network.layers[1], weights=(kernel,))))
    for attempt in (lambda: run(network, [np.zeros((1, size, size, 1))]), lambda: random_inputs(network, 24, 10, 1)):
        with pytest.raises(Refused, match="too large to be computed here"):
            attempt()


def test_inputs_that_are_too_large_are_not_made(monkeypatch):
    network = table(keras.Sequential([keras.Input((4,)), layers.ReLU()]))
    monkeypatch.setattr(forward, "MAX_VALUES", 7)
    with pytest.raises(Refused, match="too large to be computed here"):
        random_inputs(network, count=1, classes=1, seed=1)
