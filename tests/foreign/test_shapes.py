import pytest

from assignment.checking.sheets import SHEETS
from assignment.checking.weights_only import as_network
from assignment.foreign.network import Layer, Network, Tensor
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import output_shapes, tensor_shapes, weight_shapes

NETWORKS = [network for track in ("fashion", "lecture") for network in SHEETS[track].networks]


@pytest.mark.parametrize("expected", NETWORKS, ids=[f"{n.role}_{n.weights}" for n in NETWORKS])
def test_the_sheets_networks_have_the_outputs_and_the_number_of_weights_that_the_sheet_gives(expected):
    network = as_network(expected)
    shapes = tensor_shapes(network)
    count = 0
    for position, layer in enumerate(network.layers[1:], 1):
        for shape in weight_shapes(layer, shapes[position - 1][0]):
            size = 1
            for length in shape:
                size *= length
            count += size
    assert count == expected.weights and tuple(output_shapes(network)) == expected.outputs


def chain(shape, kind, **settings):
    layers = (
        Layer("InputLayer", "input", {"shape": shape}, ()),
        Layer(kind, "layer", settings, (Tensor(0),)),
    )
    return Network("n", "Sequential", layers, (Tensor(0),), (Tensor(1),))


def joined(kind, *shapes):
    inputs = (Layer("InputLayer", f"input{number}", {"shape": shape}, ()) for number, shape in enumerate(shapes))
    tensors = tuple(map(Tensor, range(len(shapes))))
    layers = (*inputs, Layer(kind, "layer", {}, tensors))
    return Network("n", "Functional", layers, tensors, (Tensor(len(shapes)),))


@pytest.mark.parametrize("kind", ["Add", "Multiply"])
def test_a_sum_and_a_product_have_the_longer_of_two_lengths(kind):
    assert tensor_shapes(joined(kind, (3, 1, 4), (1, 2, 4)))[-1] == [(3, 2, 4)]


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (chain((7, 7), "Conv2D", filters=1, kernel_size=(5, 5), strides=(1, 1), padding="same"), "no image"),
        (chain((3, 3, 1), "Conv2D", filters=1, kernel_size=(5, 5), strides=(1, 1), padding="valid"), "larger window"),
        (chain((6,), "Reshape", target_shape=(4, 2)), "a reshape does not fit"),
        (chain((6,), "Reshape", target_shape=(-1, 4)), "a reshape does not fit"),
        (chain((6,), "Add"), "has 1 inputs"),
        (joined("Add", (3, 4), (3, 2)), "different shapes"),
        (joined("Multiply", (3, 4), (4,)), "different shapes"),
        (chain((None, 3), "Flatten"), "is not fixed"),
    ],
)
def test_layers_that_do_not_fit_are_refused(network, message):
    with pytest.raises(Refused, match=message):
        tensor_shapes(network)
