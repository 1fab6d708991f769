import json

import h5py
import pytest

from assignment.conditional import networks as conditional
from assignment.digits import networks as digits
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.foreign.metadata import ModelMetadata
from assignment.lecture import networks as lecture
from assignment.practices.stack import PracticeStack
from assignment.training.export import export_h5
from assignment.training.portable import EVERY_CLASS, KERAS_3_0, portable

METADATA = ModelMetadata("fashion", "ana", 1, "a stand-in")
LAYER_PRACTICES = ("dropout", "minibatch-discrimination", "minibatch-deviation", "spectral-normalization")
NETWORKS = {
    "generator of the sheet": lambda: build_generator("ana"),
    "discriminator of the sheet": lambda: build_discriminator("ana"),
    "bfloat16": lambda: build_generator("ana", precision="mixed_bfloat16"),
    "conditional generator": lambda: conditional.build_generator("ana"),
    "conditional discriminator": lambda: conditional.build_discriminator("ana"),
    "auxiliary discriminator": lambda: conditional.build_auxiliary_discriminator("ana"),
    "generator of digits": lambda: digits.build_generator("ana"),
    "discriminator of digits": lambda: digits.build_discriminator("ana"),
    "DCGAN generator": lambda: lecture.build_dcgan_generator("ana"),
    "DCGAN discriminator": lambda: lecture.build_dcgan_discriminator("ana"),
    "dense generator": lambda: lecture.build_dense_generator("ana"),
    "dense discriminator": lambda: lecture.build_dense_discriminator("ana"),
    "no-batch-normalization": lambda: PracticeStack(["no-batch-normalization"]).generator(build_generator("ana")),
    "no-dropout": lambda: PracticeStack(["no-dropout"]).discriminator(digits.build_discriminator("ana")),
    **{
        name: lambda name=name: PracticeStack([name]).discriminator(conditional.build_discriminator("ana"))
        for name in LAYER_PRACTICES
    },
}
# Arguments that later versions write although they have their default value; an earlier Keras refuses the layer.
AFTER_KERAS_3_0 = {
    "quantization_config",
    "renorm",
    "renorm_clipping",
    "renorm_momentum",
    "output_padding",
    "ragged",
    "optional",
    "input_axes",
    "output_axes",
    "autocast",
}


def parts(config):
    """Yield every class name and its arguments in a configuration."""
    if isinstance(config, list):
        for item in config:
            yield from parts(item)
    elif isinstance(config, dict):
        if "class_name" in config:
            yield config["class_name"], config["config"]
        for value in config.values():
            yield from parts(value)


@pytest.mark.parametrize("build", NETWORKS.values(), ids=NETWORKS.keys())
def test_the_file_has_only_arguments_that_keras_3_0_knows(tmp_path, build):
    path = tmp_path / "network.h5"
    export_h5(build(), path, METADATA)
    with h5py.File(path) as file:
        found = list(parts(json.loads(file.attrs["model_config"])))
    for kind, arguments in found:
        assert kind in KERAS_3_0, f"{kind} is not in the table"
        assert set(arguments) <= EVERY_CLASS | set(KERAS_3_0[kind].split())
        assert not AFTER_KERAS_3_0 & set(arguments)
        assert isinstance(arguments.get("dtype", ""), str)  # Keras 3.0 knows no other policies


def test_known_arguments_keep_their_values():
    initializer = {"class_name": "GlorotUniform", "config": {"seed": 3, "input_axes": None}, "module": "keras"}
    policy = {"class_name": "DTypePolicy", "config": {"name": "float32"}}
    dense = {
        "class_name": "Dense",
        "config": {"units": 2, "dtype": policy, "kernel_initializer": initializer, "quantization_config": None},
        "build_config": {"input_shape": [None, 3]},
    }
    assert portable([dense, 1, "x", None]) == [
        {
            "class_name": "Dense",
            "config": {
                "units": 2,
                "dtype": "float32",
                "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": 3}, "module": "keras"},
            },
            "build_config": {"input_shape": [None, 3]},
        },
        1,
        "x",
        None,
    ]


@pytest.mark.parametrize(
    "config", [{"class_name": ["Dense"], "config": {}}, {"class_name": "Lambda", "config": {"a": 1}}]
)
def test_other_classes_are_unchanged(config):
    assert portable(config) == config
