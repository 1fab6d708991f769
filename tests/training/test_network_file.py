import json
import os
import shutil
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from assignment.conditional.networks import build_generator
from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata, read_metadata
from assignment.training.export import export_h5
from assignment.training.network_file import load_network

METADATA = ModelMetadata("fashion", "ana", 1, "a stand-in")
KERNEL = "model_weights/noise_units/noise_units/kernel"
ONE_SENTENCE = r"\A[^\n]{,400}generator\.h5[^\n]{,200}\.\Z"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "generator.h5"


def write(content):
    def create(path, make_gan):
        path.write_bytes(content)

    return create


def truncated(path, make_gan):
    export_h5(make_gan().generator, path, METADATA)
    path.write_bytes(path.read_bytes()[:10_000])


def saved_again(path, make_gan):
    export_h5(make_gan().generator, path, METADATA)
    keras.models.load_model(path, compile=False).save(path, include_optimizer=False)


def of_another_keras_program(path, make_gan):
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)], name="regression").save(path, include_optimizer=False)


def weights_of_keras_3(path, make_gan):
    weights = path.with_name("x.weights.h5")
    make_gan().generator.save_weights(weights)
    shutil.move(weights, path)


def weights_of_keras_2(path, make_gan):
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"dense"]
        file["dense/dense/kernel:0"] = np.zeros((3, 1), np.float32)
        file["dense"].attrs["weight_names"] = [b"dense/kernel:0"]


def of_another_program(path, make_gan):
    with h5py.File(path, "w") as file:
        file["temperatures"] = np.zeros(3)


def keras_archive(path, make_gan):
    archive = path.with_suffix(".keras")
    make_gan().generator.save(archive)
    shutil.move(archive, path)


def numpy_archive(path, make_gan):
    with path.open("wb") as file:
        np.savez(file, images=np.zeros(3))


def other_archive(path, make_gan):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("generator.h5", b"")


FILES = {
    "empty": (write(b""), "it is empty; copy it again"),
    "a Git LFS pointer": (
        write(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"),
        "it is a Git LFS pointer instead of the file; run `git lfs pull`",
    ),
    "a web page": (write(b"\n<!DOCTYPE html><html>Sign in"), "it is a web page; download the file itself"),
    "a text": (write(b"no HDF5"), "it is not a file of Keras (.h5 or .keras)"),
    "a .keras file": (
        keras_archive,
        "Keras saved it again, without the facts about its training; give the original file",
    ),
    "a .npz file": (numpy_archive, "it is a file of NumPy arrays"),
    "a ZIP archive": (other_archive, "it is a ZIP archive; unpack it"),
    "a damaged ZIP archive": (write(b"PK\x03\x04"), "it is a damaged or encrypted ZIP archive; copy it again"),
    "truncated": (truncated, "it is damaged, and perhaps incomplete; copy it again"),
    "weights alone, of Keras 3": (weights_of_keras_3, "it contains only weights; give the file of the complete"),
    "weights alone, of Keras 2": (weights_of_keras_2, "it contains only weights; give the file of the complete"),
    "saved again": (saved_again, "Keras saved it again, without the facts about its training; give the original file"),
    "another network": (of_another_keras_program, "another program saved it with Keras; give the .h5 file"),
    "another HDF5 file": (of_another_program, "it is an HDF5 file, but not of Keras"),
}


@pytest.mark.parametrize(("create", "reason"), FILES.values(), ids=FILES.keys())
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_each_kind_of_other_file_has_its_own_advice(path, make_gan, create, reason):
    create(path, make_gan)
    with pytest.raises(AssignmentError) as caught:
        read_metadata(path)
    assert str(caught.value).startswith(f"{path} is not a network that this program saved: {reason}")


def test_a_file_before_the_portable_configuration_still_loads(path, make_gan):
    """Its layers have all arguments of the Keras that wrote it."""
    generator = make_gan().generator
    generator.save(path, include_optimizer=False)
    loaded = load_network(path)
    assert not loaded.compiled
    for weight, expected in zip(loaded.get_weights(), generator.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_an_argument_of_a_later_keras_is_ignored(path, make_gan):
    export_h5(make_gan().generator, path, METADATA)
    with h5py.File(path, "r+") as file:
        text = file.attrs["model_config"]
        file.attrs["model_config"] = text.replace('"units":', '"invented_later": null, "units":')
    assert load_network(path).count_params() == make_gan().generator.count_params()


def test_a_network_larger_than_its_file_is_refused_before_it_takes_memory(path, make_gan):
    """Its weights would take terabytes. The next network must not create them either."""
    export_h5(make_gan().generator, path, METADATA)
    with h5py.File(path, "r+") as file:
        text = file.attrs["model_config"]
        file.attrs["model_config"] = text.replace('"units": 196', '"units": 1000000000000')
    with pytest.raises(AssignmentError, match="not a network that this program saved"):
        load_network(path)
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def test_a_missing_file_is_an_operating_system_error(path):
    with pytest.raises(FileNotFoundError):
        read_metadata(path)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("original") / "generator.h5"
    export_h5(build_generator("ana", 1), path, METADATA)
    return path


@pytest.fixture
def saved(path, original):
    """The path of a saved generator, which the test may change."""
    return Path(shutil.copyfile(original, path))


def attribute(name, value):
    def change(file):
        file.attrs[name] = value

    return change


def config(alter):
    """Return a change of the configuration: `alter` changes the parsed JSON, or returns another one."""

    def change(file):
        parsed = json.loads(file.attrs["model_config"])
        other = alter(parsed)
        file.attrs["model_config"] = json.dumps(parsed if other is None else other)

    return change


def layer(name, **arguments):
    """Return a change of one layer's arguments."""

    def alter(parsed):
        (found,) = [layer for layer in parsed["config"]["layers"] if layer["name"] == name]
        found["config"].update(arguments)

    return config(alter)


def other_class(name, **changes):
    """Return a change of one layer's class."""

    def alter(parsed):
        (found,) = [layer for layer in parsed["config"]["layers"] if layer["name"] == name]
        found.update(changes)

    return config(alter)


def dataset(**arguments):
    """Return a change of the first kernel to another dataset."""

    def change(file):
        del file[KERNEL]
        file.create_dataset(KERNEL, **arguments)

    return change


def link(target):
    def change(file):
        del file[KERNEL]
        file[KERNEL] = target

    return change


def virtual(file):
    del file[KERNEL]
    layout = h5py.VirtualLayout((100, 3136), "float32")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "kernel", (100, 3136))
    file.create_virtual_dataset(KERNEL, layout)


def shared_weights(file):
    """Give the sizes of 100 large layers to a small file, which has the weights of one."""
    for number in range(100):
        file[f"model_weights/again_{number}"] = file[KERNEL]


def many_groups(file):
    for number in range(5_001):
        file.create_group(f"model_weights/{number}")


def cycle(file):
    file["model_weights/again"] = file["/"]


def without(name):
    def change(file):
        del file[name]

    return change


def remove_nodes(parsed):
    for layer in parsed["config"]["layers"]:
        layer["inbound_nodes"] = []


def same_names(parsed):
    for layer in parsed["config"]["layers"]:
        layer["name"] = layer["config"]["name"] = "noise"


CONFIGURATIONS = {
    "a configuration that is not JSON": attribute("model_config", "{"),
    "a configuration that is a number": attribute("model_config", 1),
    "a configuration that is a list": config(lambda parsed: [parsed]),
    "a configuration of text": config(lambda parsed: {**parsed, "config": "Sequential"}),
    "an empty configuration": config(lambda parsed: {**parsed, "config": {}}),
    "another class of network": config(lambda parsed: {**parsed, "class_name": "Lambda"}),
    "a list as the class": config(lambda parsed: {**parsed, "class_name": ["Functional"]}),
    "layers in an object": config(lambda parsed: parsed["config"].update(layers={})),
    "no layers": config(lambda parsed: parsed["config"].update(layers=[])),
    "1,500 layers": config(lambda parsed: parsed["config"].update(layers=1_500 * [{"class_name": "ReLU"}])),
    "layers that are numbers": config(lambda parsed: parsed["config"].update(layers=[1, 2])),
    "layers without connections": config(remove_nodes),
    "layers of one name": config(same_names),
    "no inputs": config(lambda parsed: parsed["config"].update(input_layers=[])),
    "an unknown input": config(lambda parsed: parsed["config"].update(input_layers=["nowhere", 0, 0])),
    "a Lambda layer": other_class("image", class_name="Lambda"),
    "an unknown layer": other_class("image", class_name="Nobody"),
    "a class of another module": other_class("image", module="os", class_name="Dense"),
    "a function as an activation": layer("image", activation={"class_name": "function", "config": "exec"}),
    "an unknown activation": layer("image", activation="exec"),
    "an unknown precision": layer("image", dtype="float7"),
    "a billion units": layer("noise_units", units=10**9),
    "negative units": layer("noise_units", units=-1),
    "units in words": layer("noise_units", units="many"),
    "a window of a million pixels": layer("upsample_14", kernel_size=[10**6, 10**6]),
    "steps of a million pixels": layer("upsample_14", strides=[10**6, 10**6]),
    "a billion labels": layer("label_embedding", input_dim=10**9),
    "another shape of the planes": layer("noise_planes", target_shape=[7, 7, 65]),
    "noise of a billion numbers": layer("noise", batch_shape=[None, 10**9]),
    "an input without a shape": layer("noise", batch_shape=None),
}
WEIGHTS = {
    "a gzip bomb": dataset(shape=(100_000, 3136), dtype="float32", chunks=(1_000, 3136), compression="gzip"),
    "weights that take no room": dataset(shape=(10**6, 10**6), dtype="float32"),
    "weights in another file": dataset(
        shape=(100, 3136), dtype="float32", external=[("elsewhere.bin", 0, 100 * 3136 * 4)]
    ),
    "weights of another shape": dataset(data=np.zeros((3136, 100), np.float32)),
    "weights of text": dataset(data=np.full((100, 3136), b"x")),
    "a virtual dataset": virtual,
    "a soft link": link(h5py.SoftLink("/model_weights/label_embedding")),
    "an external link": link(h5py.ExternalLink("/etc/passwd", "/")),
    "a link to the root": cycle,
    "the same weights a hundred times": shared_weights,
    "5,001 groups": many_groups,
    "a kernel that is missing": without(KERNEL),
    "no weights": without("model_weights"),
}
CHANGES = CONFIGURATIONS | WEIGHTS


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_network_is_refused_in_one_sentence(saved, change):
    with h5py.File(saved, "r+") as file:
        change(file)
    with pytest.raises(AssignmentError, match=ONE_SENTENCE):
        load_network(saved)


@pytest.mark.parametrize("read", [read_metadata, load_network])
@pytest.mark.parametrize("size", [0, 4, 8, 100, 2_000, 100_000])
def test_a_truncated_file_is_refused_in_one_sentence(saved, size, read):
    os.truncate(saved, size)
    with pytest.raises(AssignmentError, match=ONE_SENTENCE):
        read(saved)


@pytest.mark.parametrize("offset", [0, 8, 48])
def test_a_file_with_other_bytes_is_refused_in_one_sentence(saved, offset):
    with saved.open("rb+") as file:
        file.seek(offset)
        file.write(b"\xa5" * 64)
    with pytest.raises(AssignmentError, match=ONE_SENTENCE):
        read_metadata(saved)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("read", [read_metadata, load_network])
def test_a_pipe_is_refused_without_waiting(path, read):
    os.mkfifo(path)
    with pytest.raises(AssignmentError, match=ONE_SENTENCE):
        read(path)
