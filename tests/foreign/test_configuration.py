import pytest

from assignment.foreign.configuration import read_configuration
from assignment.foreign.network import Tensor
from assignment.foreign.refused import Refused

DENSE = {"class_name": "Dense", "config": {"name": "dense", "units": 4, "batch_input_shape": [None, 3]}}
INPUT = {"class_name": "InputLayer", "config": {"name": "input", "batch_shape": [None, 3]}}


def kinds(network):
    return [(layer.kind, layer.inputs) for layer in network.layers]


@pytest.mark.parametrize(
    "config",
    [
        [DENSE],  # before Keras 2.2.3; handmade, since no such file could be made
        {"name": "s", "layers": [DENSE]},
        {"name": "s", "layers": [INPUT, DENSE]},
        {"name": "s", "layers": [{**DENSE, "config": {"units": 4}}], "build_input_shape": [None, 3]},
    ],
)
def test_a_sequential_model_begins_with_its_input_in_every_version(config):
    network = read_configuration({"class_name": "Sequential", "config": config})
    assert kinds(network) == [("InputLayer", ()), ("Dense", (Tensor(0),))]
    assert network.layers[0].settings["shape"] == (3,)
    assert (network.inputs, network.outputs) == ((Tensor(0),), (Tensor(1),))


def functional(nodes, outputs, layers=()):
    """A functional model with the inputs a and b, which `nodes` adds."""
    inputs = [
        {
            "class_name": "InputLayer",
            "name": name,
            "config": {"name": name, "batch_shape": [None, 3]},
            "inbound_nodes": [],
        }
        for name in "ab"
    ]
    add = {"class_name": "Add", "name": "sum", "config": {"name": "sum"}, "inbound_nodes": nodes}
    ends = {"input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": outputs}
    return {"class_name": "Functional", "config": {"name": "f", "layers": [*inputs, add, *layers], **ends}}


def tensor(name):
    return {"class_name": "__keras_tensor__", "config": {"shape": [None, 3], "keras_history": [name, 0, 0]}}


@pytest.mark.parametrize(
    "nodes", [[[["a", 0, 0, {}], ["b", 0, 0, {}]]], [{"args": [[tensor("a"), tensor("b")]], "kwargs": {}}]]
)
@pytest.mark.parametrize("outputs", [[["sum", 0, 0]], ["sum", 0, 0]])
@pytest.mark.parametrize("kind", ["Functional", "Model"])
def test_connections_are_read_from_every_version(nodes, outputs, kind):
    network = read_configuration({**functional(nodes, outputs), "class_name": kind})
    assert kinds(network) == [("InputLayer", ()), ("InputLayer", ()), ("Add", (Tensor(0), Tensor(1)))]
    assert network.kind == "Functional" and network.outputs == (Tensor(2),)


NODE = [["a", 0, 0, {}], ["b", 0, 0, {}]]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (functional([NODE, NODE], ["sum", 0, 0]), "is used more than once"),
        (functional([[["a", 0, 0, {"mask": 1}]]], ["sum", 0, 0]), "one of its connections cannot be read"),
        (functional([[["c", 0, 0, {}]]], ["sum", 0, 0]), "one of its connections leads nowhere"),
        (functional([[["sum", 0, 0, {}]]], ["sum", 0, 0]), "in a loop, or not in order"),
        (functional([], ["sum", 0, 0]), "one of its layers has no input"),
        (functional([NODE], []), "its inputs or outputs are missing"),
        (
            functional([{"args": [1], "kwargs": {}}], ["sum", 0, 0]),
            "an argument that is not an output of another layer",
        ),
        (functional("a", ["sum", 0, 0]), "its connections are not a list"),
        ({"class_name": "Sequential", "config": {"layers": []}}, "it has no layers"),
        ({"class_name": "Sequential", "config": {"layers": [DENSE] * 501}}, "at most 500 are expected"),
        ({"class_name": "Sequential", "config": {"layers": [1]}}, "the settings of a layer are missing"),
        ({"class_name": "Sequential", "config": {"name": "\x1b", "layers": [DENSE]}}, "a layer with the name"),
        ({"class_name": "Subclassed", "config": {}}, "neither Sequential nor a functional network"),
        ("Sequential", "the settings of its configuration are missing"),
    ],
)
def test_other_configurations_are_refused(config, message):
    with pytest.raises(Refused, match=message):
        read_configuration(config)


@pytest.mark.parametrize(
    ("arguments", "is_read"), [({"training": None}, True), ({"training": True}, False), ([], True)]
)
def test_a_layer_that_is_called_in_training_mode_is_refused(arguments, is_read):
    """A Dropout or a BatchNormalization would compute something else than its table says."""
    config = functional([{"args": [[tensor("a"), tensor("b")]], "kwargs": arguments}], ["sum", 0, 0])
    if is_read:
        read_configuration(config)
        return
    with pytest.raises(Refused, match="its layer 'sum' is called with the argument training"):
        read_configuration(config)


def test_an_input_that_is_not_listed_or_not_first_is_refused():
    config = functional([[["a", 0, 0, {}], ["b", 0, 0, {}]]], ["sum", 0, 0])
    config["config"]["input_layers"] = [["a", 0, 0]]
    with pytest.raises(Refused, match="its inputs are not those that it lists"):
        read_configuration(config)
    with pytest.raises(Refused, match="it has an input between its layers"):
        read_configuration({"class_name": "Sequential", "config": {"layers": [INPUT, DENSE, INPUT]}})


def test_a_network_that_is_called_with_too_few_tensors_is_refused():
    inner = functional([[["a", 0, 0, {}], ["b", 0, 0, {}]]], ["sum", 0, 0])
    with pytest.raises(Refused, match="a network in it has 2 inputs, but is called with 1"):
        read_configuration({"class_name": "Sequential", "config": {"layers": [INPUT, inner]}})


@pytest.mark.parametrize(("axis", "is_last"), [(-1, True), ([3], True), (3, True), (1, False), ([1], False)])
def test_a_normalization_works_along_the_last_axis(axis, is_last):
    image = {"class_name": "InputLayer", "config": {"batch_shape": [None, 4, 4, 2]}}
    layer = {"class_name": "BatchNormalization", "config": {"axis": axis}}
    config = {"class_name": "Sequential", "config": {"layers": [image, layer]}}
    if is_last:
        assert "axis" not in read_configuration(config).layers[1].settings
        return
    with pytest.raises(Refused, match="a layer of the kind BatchNormalization works along another axis than the last"):
        read_configuration(config)
