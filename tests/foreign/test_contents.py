import numpy as np
import pytest

from assignment.foreign.configuration import read_configuration
from assignment.foreign.contents import _group_name, _layer_weights, _text, _with_weights
from assignment.foreign.hdf5 import Group, StoredArray
from assignment.foreign.refused import Refused

KERNEL, BIAS = StoredArray((3, 4), "float32", 100), StoredArray((4,), "float32", 200)


def layer_group(names, attribute="weight_names"):
    return Group({attribute: names}, {"dense": Group({}, {}, {"kernel:0": KERNEL, "bias:0": BIAS})}, {})


def network_group(attributes):
    names = np.array([b"dense/kernel:0", b"dense/bias:0"])
    return Group(
        attributes, {"dense": layer_group(names), "flatten": Group({"weight_names": np.array([])}, {}, {})}, {}
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {"layer_names": np.array([b"flatten", b"dense"])},
        {"layer_names": np.array(["flatten", "dense"], dtype=object)},
        {"layer_names0": np.array([b"flatten"]), "layer_names1": np.array([b"dense"])},
    ],
)
def test_names_are_bytes_or_text_in_one_attribute_or_in_parts(attributes):
    assert list(_layer_weights(network_group(attributes))) == [("flatten", ()), ("dense", (KERNEL, BIAS))]


@pytest.mark.parametrize(
    "group",
    [
        network_group({}),
        network_group({"layer_names": np.array([b"other"])}),
        network_group({"layer_names": np.array([1.5])}),
        network_group({"layer_names": np.full(2_001, b"dense")}),
        Group({"layer_names": [b"dense"]}, {"dense": layer_group([b"dense/other:0"])}, {}),
    ],
)
def test_missing_and_too_many_names_are_refused(group):
    with pytest.raises(Refused):
        list(_layer_weights(group))


@pytest.mark.parametrize("value", [b"2.2.4", "2.2.4", np.bytes_(b"2.2.4"), np.array([b"2.2.4"])])
def test_a_text_attribute_is_bytes_or_text(value):
    assert _text(value) == "2.2.4"


def nested(trainable):
    """A network in a network: a normalization, then a layer whose weights are of the same shapes."""
    inner = [
        {
            "class_name": "BatchNormalization",
            "config": {"name": "n", "trainable": trainable[0], "batch_input_shape": [None, 4]},
        },
        {"class_name": "BatchNormalization", "config": {"name": "m", "trainable": trainable[1]}},
    ]
    layers = [{"class_name": "Sequential", "config": {"name": "inner", "layers": inner}}]
    return read_configuration({"class_name": "Sequential", "config": {"name": "outer", "layers": layers}})


@pytest.mark.parametrize(
    ("trainable", "first", "second"),
    [
        ((True, True), [0, 1, 4, 5], [2, 3, 6, 7]),
        ((False, False), [0, 1, 2, 3], [4, 5, 6, 7]),
        ((True, False), [0, 1, 2, 3], [4, 5, 6, 7]),
        ((False, True), [2, 3, 4, 5], [0, 1, 6, 7]),
    ],
)
def test_a_nested_network_lists_its_trainable_weights_first(trainable, first, second):
    """All eight arrays have one shape, so only the order says which is which."""
    arrays = tuple(StoredArray((4,), "float32", number) for number in range(8))
    network = _with_weights(nested(trainable), [arrays])
    found = [[array.offset for array in layer.weights] for layer in network.plain_layers()]
    assert found == [first, second]


@pytest.mark.parametrize("groups", [[], [(KERNEL,)], [(KERNEL, BIAS), (KERNEL, BIAS)]])
def test_too_few_and_too_many_weights_are_refused(groups):
    layers = [{"class_name": "Dense", "config": {"name": "d", "units": 4, "batch_input_shape": [None, 3]}}]
    with pytest.raises(Refused):
        _with_weights(
            read_configuration({"class_name": "Sequential", "config": {"name": "s", "layers": layers}}), groups
        )


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Conv2DTranspose", "conv2d_transpose"),
        ("BatchNormalization", "batch_normalization"),
        ("LeakyReLU", "leaky_re_lu"),
        ("assignment>SpectralNormalization", "spectral_normalization"),
    ],
)
def test_groups_are_named_by_kind_as_keras_does(kind, name):
    assert _group_name(kind) == name
