"""Generators' files that are damaged, foreign or made to do harm: each is refused in one sentence, and quickly."""

import json
import os
import shutil

import h5py
import keras
import numpy as np
import pytest

from assignment.conditional.networks import build_generator
from assignment.errors import AssignmentError
from assignment.sampling import sample
from assignment.settings.samples import SampleSettings
from assignment.storage.workspace import Workspace
from assignment.training.export import ATTRIBUTE, ModelMetadata, export_h5

KERNEL = "model_weights/noise_units/noise_units/kernel"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    path = tmp_path_factory.mktemp("original") / "generator.h5"
    export_h5(build_generator("ana", 1), path, ModelMetadata("conditional", "ana", 1, "x", tuple("0123456789")))
    return path


@pytest.fixture
def workspace(tmp_path, original):
    workspace = Workspace.for_run("conditional", tmp_path / "outputs", tmp_path / "models", "ana")
    workspace.models_dir.mkdir()
    shutil.copyfile(original, workspace.generator_model)
    return workspace


def facts(**changes):
    """Return a change of a file's facts; None removes one."""

    def change(file):
        stored = {**json.loads(file.attrs[ATTRIBUTE]), **changes}
        file.attrs[ATTRIBUTE] = json.dumps({name: value for name, value in stored.items() if value is not None})

    return change


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


def network(model):
    """Return a change of the network to another one, with its weights."""

    def change(file):
        kept = file.attrs[ATTRIBUTE]
        path = file.filename
        file.close()
        model().save(path, include_optimizer=False)
        with h5py.File(path, "r+") as file:
            file.attrs[ATTRIBUTE] = kept

    return change


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
    for number in range(2_001):
        file.create_group(f"model_weights/{number}")


def cycle(file):
    file["model_weights/again"] = file["/"]


def without(name):
    def change(file):
        del file[name]

    return change


def functional(inputs, outputs):
    """Return a generator with inputs of other shapes, or other outputs."""

    def build():
        tensors = [keras.Input(shape, name=f"input_{number}") for number, shape in enumerate(inputs)]
        image = keras.layers.Identity()(tensors[0])
        if inputs[0]:
            units = [keras.layers.Dense(784)(keras.layers.Flatten()(tensor)) for tensor in tensors]
            image = keras.layers.Reshape((28, 28, 1))(keras.layers.Add()([*units, units[0]]))
        return keras.Model(tensors, outputs(image))

    return build


def remove_nodes(parsed):
    for layer in parsed["config"]["layers"]:
        layer["inbound_nodes"] = []


def same_names(parsed):
    for layer in parsed["config"]["layers"]:
        layer["name"] = layer["config"]["name"] = "noise"


CHANGES = {
    "facts that are not JSON": attribute(ATTRIBUTE, "{"),
    "facts in a list": attribute(ATTRIBUTE, "[]"),
    "facts that are null": attribute(ATTRIBUTE, "null"),
    "facts that are a number": attribute(ATTRIBUTE, "1"),
    "facts that are nested deeply": attribute(ATTRIBUTE, "[" * 50_000),
    "facts in an array": attribute(ATTRIBUTE, np.zeros(3)),
    "facts that are empty": attribute(ATTRIBUTE, h5py.Empty("S1")),
    "facts that are not UTF-8": attribute(ATTRIBUTE, np.bytes_(b"\xff\xfe")),
    "another format": facts(format=99),
    "a list as the format": facts(format=[2]),
    "no track": facts(track=None),
    "a number as the track": facts(track=1),
    "a text as the seed": facts(seed="1"),
    "a negative seed": facts(seed=-1),
    "a fraction as the epoch": facts(epoch=1.5),
    "a text as the classes": facts(classes="0123456789"),
    "5,000 classes": facts(classes=[str(number) for number in range(5_000)]),
    "numbers as the classes": facts(classes=list(range(10))),
    "a long class name": facts(classes=["x" * 10_000]),
    "a control character in a class name": facts(classes=["\x1b[2J"]),
    "half a character in a class name": facts(classes=["\ud800"]),
    "an object as the practices": facts(practices={"ema": 1}),
    "an unknown practice": facts(practices=["alchemy"]),
    "a configuration that is not JSON": attribute("model_config", "{"),
    "a configuration that is a number": attribute("model_config", 1),
    "a configuration that is a list": config(lambda parsed: [parsed]),
    "a configuration of text": config(lambda parsed: {**parsed, "config": "Sequential"}),
    "an empty configuration": config(lambda parsed: {**parsed, "config": {}}),
    "another class of network": config(lambda parsed: {**parsed, "class_name": "Model"}),
    "a list as the class": config(lambda parsed: {**parsed, "class_name": ["Functional"]}),
    "layers in an object": config(lambda parsed: parsed["config"].update(layers={})),
    "no layers": config(lambda parsed: parsed["config"].update(layers=[])),
    "1,500 layers": config(lambda parsed: parsed["config"].update(layers=1_500 * [{"class_name": "ReLU"}])),
    "layers that are numbers": config(lambda parsed: parsed["config"].update(layers=[1, 2])),
    "layers without connections": config(remove_nodes),
    "layers of one name": config(same_names),
    "no inputs": config(lambda parsed: parsed["config"].update(input_layers=[])),
    "an unknown input": config(lambda parsed: parsed["config"].update(input_layers=["nowhere", 0, 0])),
    "outputs in an object": config(lambda parsed: parsed["config"].update(output_layers={"a": ["image", 0, 0]})),
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
    "a scalar input": network(functional([()], lambda image: image)),
    "one input": network(functional([(100,)], lambda image: image)),
    "three inputs": network(functional([(100,), (1,), (1,)], lambda image: image)),
    "labels of two numbers": network(functional([(100,), (2,)], lambda image: image)),
    "noise in a square": network(functional([(10, 10), (1,)], lambda image: image)),
    "two images": network(functional([(100,), (1,)], lambda image: [image, image])),
    "an image in a dictionary": network(functional([(100,), (1,)], lambda image: {"image": image})),
    "a smaller image": network(functional([(100,), (1,)], lambda image: image[:, :14])),
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
    "a link to the whole file": cycle,
    "the same weights a hundred times": shared_weights,
    "2,001 groups": many_groups,
    "a kernel that is missing": without(KERNEL),
    "no weights": without("model_weights"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_changed_file_is_refused_in_one_sentence(workspace, change):
    file = h5py.File(workspace.generator_model, "r+")
    change(file)
    file.close()
    check_refused(workspace)


def test_a_generator_with_labels_and_without_classes_is_refused(workspace):
    with h5py.File(workspace.generator_model, "r+") as file:
        facts(classes=[])(file)
    check_refused(workspace, labels=None)


@pytest.mark.parametrize("size", [0, 4, 8, 100, 2_000, 100_000])
def test_a_truncated_file_is_refused_in_one_sentence(workspace, size):
    os.truncate(workspace.generator_model, size)
    check_refused(workspace)


@pytest.mark.parametrize("place", [0, 8, 48])
def test_a_file_with_other_bytes_is_refused_in_one_sentence(workspace, place):
    with workspace.generator_model.open("rb+") as file:
        file.seek(place)
        file.write(b"\xa5" * 64)
    check_refused(workspace)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting(workspace):
    workspace.generator_model.unlink()
    os.mkfifo(workspace.generator_model)
    check_refused(workspace)


def check_refused(workspace, labels="1"):
    with pytest.raises(AssignmentError) as caught:
        sample(SampleSettings("ana", "conditional", labels, 2), workspace)
    message = str(caught.value)
    assert workspace.generator_model.name in message and message.endswith(".") and "\n" not in message
    assert len(message) < 600 and not workspace.folder.exists()
