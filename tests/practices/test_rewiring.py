import keras
import numpy as np
import pytest
from keras import layers

from assignment.practices.rewiring import copy_layer, last_dense, rewire
from assignment.training.description import layer_table


def build_sequential():
    return keras.Sequential(
        [
            keras.Input((4,), name="image"),
            layers.Dense(6, name="units"),
            layers.LeakyReLU(name="leaky"),
            layers.Dense(1, name="output"),
        ],
        name="network",
    )


def build_functional():
    image, label = keras.Input((4,), name="image"), keras.Input((2,), name="label")
    units = layers.LeakyReLU(name="leaky")(layers.Dense(6, name="units")(image))
    joined = layers.Concatenate()([units, label])
    return keras.Model([image, label], layers.Dense(1, name="output")(joined), name="network")


@pytest.fixture(params=[build_sequential, build_functional])
def network(request):
    return request.param()


@pytest.fixture
def inputs(network):
    random = np.random.default_rng(0)
    arrays = [random.standard_normal((3, *tensor.shape[1:])).astype(np.float32) for tensor in network.inputs]
    return arrays if len(arrays) > 1 else arrays[0]


def test_network_without_replacements_has_the_same_outputs_and_new_layers(network, inputs):
    copy = rewire(network, lambda layer: [layer])
    np.testing.assert_array_equal(copy(inputs), network(inputs))
    assert copy.name == network.name
    assert [tensor.name for tensor in copy.inputs] == [tensor.name for tensor in network.inputs]
    assert layer_table(copy) == layer_table(network)
    assert not set(map(id, copy.layers)) & set(map(id, network.layers))


def test_layer_can_be_inserted(network, inputs):
    def replace(layer):
        return [layer, layers.Identity(name="new")] if layer.name == "leaky" else [layer]

    copy = rewire(network, replace)
    np.testing.assert_array_equal(copy(inputs), network(inputs))
    new = next(row for row in layer_table(copy) if row.name == "new")
    assert new.inputs == ("leaky",) and new.output_shape == (6,)


def test_layer_can_be_replaced_by_one_with_new_weights(network):
    def replace(layer):
        if layer.name == "units":
            return [copy_layer(layer, units=9)]
        return [copy_layer(layer) if layer.name == "output" else layer]

    copy = rewire(network, replace)
    assert copy.get_layer("units").units == 9 and copy.get_layer("output").kernel.shape[0] >= 9


def test_last_dense_layer_is_the_output(network):
    assert last_dense(network).name == "output"


def test_a_sequential_network_has_nothing_but_its_layers():
    with pytest.raises(ValueError, match="only its layers"):
        rewire(build_sequential(), lambda layer: [layer], after=lambda layer, output, inputs: output)


def test_a_functional_network_of_one_input_without_a_list_is_copied():
    image = keras.Input((4,))
    units = layers.Dense(3, name="units")(image)
    network = keras.Model(image, [units, layers.Dense(2)(units)])
    copied = rewire(network, lambda layer: [layer])
    np.testing.assert_array_equal(copied.layers[1].get_weights()[0], network.layers[1].get_weights()[0])
    assert len(copied.outputs) == 2
