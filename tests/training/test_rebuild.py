import ast
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

import assignment
from assignment.conditional import networks as conditional
from assignment.digits import networks as digits
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.foreign.configuration import read_configuration
from assignment.foreign.kinds import KINDS
from assignment.foreign.metadata import ModelMetadata
from assignment.foreign.reader import read_contents
from assignment.lecture import networks as lecture
from assignment.practices.stack import PracticeStack
from assignment.training.export import export_h5
from assignment.training.layers import MinibatchDeviation, MinibatchDiscrimination, SpectralNormalization
from assignment.training.rebuild import BUILDERS, rebuild

METADATA = ModelMetadata("conditional", "ana", 1, "drawn stand-in, not MNIST")


def with_practices(layer):
    """A small discriminator with a layer of the practices."""
    features = [keras.layers.Flatten(), keras.layers.Dense(3)]
    return keras.Sequential([keras.Input((28, 28, 1)), *features, layer, keras.layers.Dense(1)], name="d")


NETWORKS = {
    "the sheet's generator": lambda: build_generator("ana"),
    "the sheet's discriminator": lambda: build_discriminator("ana"),
    "the conditional generator": lambda: conditional.build_generator("ana"),
    "the conditional generator with label-wise normalization": lambda: PracticeStack(
        ["conditional-batch-normalization"], seed=1, batch_size=8
    ).generator(conditional.build_generator("ana")),
    "the conditional discriminator": lambda: conditional.build_discriminator("ana"),
    "the auxiliary discriminator": lambda: conditional.build_auxiliary_discriminator("ana"),
    "the exercise's generator": lambda: digits.build_generator("ana"),
    "the exercise's discriminator": lambda: digits.build_discriminator("ana"),
    "the DCGAN's discriminator": lambda: lecture.build_dcgan_discriminator("ana"),
    "the dense generator": lambda: lecture.build_dense_generator("ana"),
    "spectral normalization": lambda: with_practices(SpectralNormalization(keras.layers.Dense(4))),
    "minibatch discrimination": lambda: with_practices(MinibatchDiscrimination()),
    "minibatch deviation": lambda: with_practices(MinibatchDeviation()),
}


@pytest.mark.parametrize("build", NETWORKS.values(), ids=NETWORKS.keys())
def test_a_saved_network_is_rebuilt_with_its_layers_names_and_weights(tmp_path, build):
    model, path = build(), tmp_path / "network.h5"
    export_h5(model, path, METADATA)
    rebuilt = rebuild(read_contents(path).network)
    assert type(rebuilt) is type(model) and rebuilt.name == model.name and not rebuilt.compiled
    assert [layer.name for layer in rebuilt.layers] == [layer.name for layer in model.layers]
    assert [type(layer) for layer in rebuilt.layers] == [type(layer) for layer in model.layers]
    for weight, expected in zip(rebuilt.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_every_kind_that_is_read_can_be_built():
    assert BUILDERS.keys() == KINDS.keys() - {"InputLayer"}


def test_weights_of_other_shapes_are_refused_before_any_memory_is_taken(tmp_path):
    path = tmp_path / "network.h5"
    export_h5(digits.build_generator("ana"), path, METADATA)
    network = read_contents(path).network
    huge = replace(network.layers[1], settings={**network.layers[1].settings, "units": 10**12})
    with pytest.raises(ValueError, match="weights|reshape|target_shape"):
        rebuild(replace(network, layers=(network.layers[0], huge, *network.layers[2:])))
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])  # the next network must not create the huge one's


def test_a_layer_that_is_not_listed_cannot_be_built():
    network = read_configuration(
        {
            "class_name": "Sequential",
            "config": {"name": "d", "layers": [{"class_name": "InputLayer", "config": {"batch_shape": [None, 2]}}]},
        }
    )
    unknown = replace(network.layers[0], kind="Lambda", inputs=network.outputs)
    with pytest.raises(KeyError):
        rebuild(replace(network, layers=(*network.layers, unknown)))


def test_keras_reads_no_file_but_those_that_were_just_written():
    """Keras can run code from a file, so only the checks of files that the program itself wrote may use it."""
    allowed = {"training/export.py", "training/repair.py"}
    package = Path(assignment.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"load_model", "load_weights"}:
                found.add(path.relative_to(package).as_posix())
    assert found == allowed
