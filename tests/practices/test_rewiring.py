import keras
import numpy as np
import pytest
from keras import layers

from assignment.practices.rewiring import last_dense, rewired, with_other
from assignment.training.description import layer_table


def sequential():
    return keras.Sequential(
        [
            keras.Input((4,), name="image"),
            layers.Dense(6, name="units"),
            layers.LeakyReLU(name="leaky"),
            layers.Dense(1, name="answer"),
        ],
        name="network",
    )


def functional():
    image, label = keras.Input((4,), name="image"), keras.Input((2,), name="label")
    units = layers.LeakyReLU(name="leaky")(layers.Dense(6, name="units")(image))
    both = layers.Concatenate()([units, label])
    return keras.Model([image, label], layers.Dense(1, name="answer")(both), name="network")


def inputs_of(network):
    random = np.random.default_rng(0)
    return [random.standard_normal((3, *one.shape[1:])).astype(np.float32) for one in network.inputs]


@pytest.fixture(params=[sequential, functional])
def network(request):
    return request.param()


def test_a_network_whose_layers_stay_gives_the_same(network):
    again = rewired(network, lambda layer: [layer])
    given = inputs_of(network)
    given = given if len(given) > 1 else given[0]
    np.testing.assert_array_equal(again(given), network(given))
    assert again.name == network.name and [one.name for one in again.inputs] == [one.name for one in network.inputs]
    assert layer_table(again) == layer_table(network)
    assert not set(map(id, again.layers)) & set(map(id, network.layers))


def test_a_layer_can_be_put_in(network):
    def change(layer):
        return [layer, layers.Identity(name="new")] if layer.name == "leaky" else [layer]

    again = rewired(network, change)
    given = inputs_of(network)
    given = given if len(given) > 1 else given[0]
    np.testing.assert_array_equal(again(given), network(given))
    new = next(row for row in layer_table(again) if row.name == "new")
    assert new.inputs == ("leaky",) and new.output_shape == (6,)


def test_a_layer_can_be_replaced_by_one_of_weights_of_its_own(network):
    again = rewired(
        network,
        lambda layer: (
            [with_other(layer, units=9)]
            if layer.name == "units"
            else ([with_other(layer)] if layer.name == "answer" else [layer])
        ),
    )
    assert again.get_layer("units").units == 9 and again.get_layer("answer").kernel.shape[0] >= 9


def test_the_last_dense_gives_the_answer(network):
    assert last_dense(network).name == "answer"
