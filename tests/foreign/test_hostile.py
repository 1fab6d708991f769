"""Hostile files: each is refused in one sentence, nothing runs, and neither time nor memory is exhausted.

Each function of `HOSTILE` writes a file that tries to run code, to read another file, or to exhaust something.
`generator` is an honest file to begin with, `canary` a file that exists only if code from the hostile file ran.
"""

import base64
import json
import marshal
import os
import re
import time
import zipfile

import h5py
import numpy as np
import pytest

from assignment.checking.check import check_file
from assignment.checking.sheets import SHEETS
from assignment.foreign.reader import read_contents
from assignment.foreign.refused import Refused

pytestmark = pytest.mark.usefixtures("real_child")

ONE_SENTENCE = re.compile(r"[^\n]{5,200}")
SECONDS = 5  # a child takes 0.2 s; a busy machine more
KERNEL = "model_weights/dense/generator_model_ana/dense/kernel"


def lambda_config(canary):
    """The configuration of a Lambda layer whose code creates the canary, as Keras 2 and 3 write it."""
    code = compile(f"lambda x: (open({str(canary)!r}, 'w').close(), x)[1]", "hostile", "eval").co_consts[0]
    text = base64.b64encode(marshal.dumps(code)).decode()
    function = {"class_name": "__lambda__", "config": {"code": text, "defaults": None, "closure": None}}
    return {"name": "lambda", "trainable": True, "dtype": "float32", "function": function, "function_type": "lambda"}


def changed(alter):
    """Return a writer of the honest file with a changed configuration; `alter(config, canary)` changes it."""

    def write(path, generator, canary):
        path.write_bytes(generator.read_bytes())
        with h5py.File(path, "r+") as file:
            config = json.loads(file.attrs["model_config"])
            replacement = alter(config, canary)
            file.attrs["model_config"] = json.dumps(config if replacement is None else replacement)

    return write


def changed_file(change):
    """Return a writer of the honest file, changed by `change(file, path)`."""

    def write(path, generator, canary):
        path.write_bytes(generator.read_bytes())
        with h5py.File(path, "r+") as file:
            change(file, path)

    return write


def lambda_layer(config, canary):
    config["config"]["layers"].append(
        {"class_name": "Lambda", "config": lambda_config(canary), "module": "keras.layers"}
    )


def lambda_of_another_module(config, canary):
    layer = {
        "class_name": "Lambda",
        "config": lambda_config(canary),
        "module": "keras.src.legacy",
        "registered_name": "x>y",
    }
    config["config"]["layers"].insert(0, layer)


def nested_lambda(config, canary):
    inner = {"name": "inner", "layers": [{"class_name": "Lambda", "config": lambda_config(canary)}]}
    config["config"]["layers"].append({"class_name": "Sequential", "config": inner})


def class_of_another_module(config, canary):
    config["config"]["layers"][1].update(module="os", class_name="system", registered_name="os>system")


def own_dense(config, canary):
    config["config"]["layers"][1].update(module="evil", registered_name="evil>Dense")


def activation_of_code(config, canary):
    config["config"]["layers"][1]["config"]["activation"] = lambda_config(canary)["function"]


def many_layers(config, canary):
    config["config"]["layers"] *= 10_000


def loop(config, canary):
    names = ["a", "b"]
    layers = [
        {
            "class_name": "ReLU",
            "name": name,
            "config": {"name": name},
            "inbound_nodes": [[[names[1 - i], 0, 0, {}]]],
        }
        for i, name in enumerate(names)
    ]
    ends = {"input_layers": [["a", 0, 0]], "output_layers": [["b", 0, 0]]}
    return {"class_name": "Functional", "config": {"name": "loop", "layers": layers, **ends}}


def deep_nesting(config, canary):
    nested = config
    for _ in range(50):
        nested = {"class_name": "Sequential", "config": {"name": "n", "layers": [nested]}}
    return nested


def replaced_kernel(**arguments):
    def change(file, path):
        del file[KERNEL]
        file.create_dataset(KERNEL, **arguments)

    return changed_file(change)


def link(target):
    def change(file, path):
        del file[KERNEL]
        file[KERNEL] = target

    return changed_file(change)


def virtual(file, path):
    del file[KERNEL]
    layout = h5py.VirtualLayout((3, 98), "float32")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "kernel", (3, 98))
    file.create_virtual_dataset(KERNEL, layout)


def external_storage(path, generator, canary):
    secret = path.with_name("secret.bin")
    secret.write_bytes(bytes(3 * 98 * 4))
    replaced_kernel(shape=(3, 98), dtype="float32", external=[(str(secret), 0, 3 * 98 * 4)])(path, generator, canary)


def many_names_for_one_array(file, path):
    for number in range(4_000):
        file[f"again_{number}"] = file[KERNEL]


def many_groups(file, path):
    for number in range(6_000):
        file.create_group(f"group_{number}")


def deep_groups(file, path):
    group = file
    for _ in range(200):
        group = group.create_group("g")


def loop_of_groups(file, path):
    file["model_weights/again"] = file["/"]


def long_attribute(file, path):
    group = file["model_weights"]
    del group.attrs["layer_names"]
    for number in range(200):
        group.attrs[f"layer_names{number}"] = np.full(1_000, b"x" * 30)


def archive(**members):
    def write(path, generator, canary):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name, content in members.items():
                file.writestr(name.replace("__", "."), content)

    return write


def zip_bomb(path, generator, canary):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", "{}")
        with file.open("model.weights.h5", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(2**20))


def folder(path, generator, canary):
    path.mkdir()


def pipe(path, generator, canary):
    os.mkfifo(path)


HOSTILE = {
    "a Lambda layer": changed(lambda_layer),
    "a Lambda layer with a module": changed(lambda_of_another_module),
    "a Lambda layer in a nested model": changed(nested_lambda),
    "an activation that is code": changed(activation_of_code),
    "a class of another module": changed(class_of_another_module),
    "another class called Dense": changed(own_dense),
    "100,000 layers": changed(many_layers),
    "layers in a loop": changed(loop),
    "models in models": changed(deep_nesting),
    "a configuration of 2 MB": changed(lambda config, canary: {**config, "text": "x" * 2**21}),
    "a soft link": link(h5py.SoftLink("/model_weights")),
    "an external link": link(h5py.ExternalLink("/etc/passwd", "/")),
    "a virtual dataset": changed_file(virtual),
    "arrays in another file": external_storage,
    "a gzip bomb": replaced_kernel(shape=(10**6, 10**4), dtype="float32", chunks=(1_000, 10**4), compression="gzip"),
    "an array of a terabyte": replaced_kernel(shape=(10**6, 2**18), dtype="float32"),
    "an array of texts": replaced_kernel(data=np.full((3, 98), b"x")),
    "an array of objects": replaced_kernel(shape=(3,), dtype=h5py.special_dtype(vlen=np.float32)),
    "4,000 names for one array": changed_file(many_names_for_one_array),
    "6,000 groups": changed_file(many_groups),
    "groups nested 200 deep": changed_file(deep_groups),
    "groups in a loop": changed_file(loop_of_groups),
    "200,000 names in an attribute": changed_file(long_attribute),
    "a zip bomb": zip_bomb,
    "a pickle": lambda path, generator, canary: path.write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "an archive with a pickle": archive(config__pkl=b"\x80\x04."),
    "a folder": folder,
    **({"a pipe": pipe} if hasattr(os, "mkfifo") else {}),
}


@pytest.mark.parametrize("write", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_one_sentence_and_runs_nothing(write, tmp_path, generator_file):
    path, canary = tmp_path / "hostile.h5", tmp_path / "canary"
    write(path, generator_file, canary)
    began = time.perf_counter()
    with pytest.raises(Refused) as refused:
        read_contents(path)
    assert ONE_SENTENCE.fullmatch(str(refused.value))
    assert not canary.exists() and time.perf_counter() - began < SECONDS
    assert check_file(path, SHEETS["fashion"]).unusable == str(refused.value)


def test_a_loss_that_is_code_is_not_run(tmp_path, generator_file):
    def loss_of_code(file, path):
        file.attrs["training_config"] = json.dumps({"loss": lambda_config(path.with_name("canary"))["function"]})

    path, canary = tmp_path / "hostile.h5", tmp_path / "canary"
    changed_file(loss_of_code)(path, generator_file, canary)
    assert read_contents(path).compilation.loss == "__lambda__" and not canary.exists()


@pytest.mark.parametrize("name", ["fsspec", "pyfive", "numpy", "json"])
def test_a_module_in_the_current_folder_is_not_run(name, tmp_path, generator_file, monkeypatch):
    """A submission may have such a file next to its networks, and the teacher may work in its folder."""
    canary = tmp_path / "canary"
    (tmp_path / f"{name}.py").write_text(f"open({str(canary)!r}, 'w').close()", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    read_contents(generator_file)
    assert not canary.exists()


def test_the_code_of_the_hostile_files_works(tmp_path):
    """Otherwise the test above could not fail: this is what Keras does with such a layer if it is told to trust it."""
    import keras

    canary = tmp_path / "canary"
    layer = keras.layers.Lambda.from_config(
        {"name": "lambda", "function": lambda_config(canary)["function"]}, safe_mode=False
    )
    layer(np.zeros((1, 3), np.float32))
    assert canary.exists()


@pytest.mark.parametrize("tenth", range(10))
def test_a_truncated_file_is_refused(tenth, tmp_path, generator_file):
    content = generator_file.read_bytes()
    path = tmp_path / "truncated.h5"
    path.write_bytes(content[: len(content) * tenth // 10])
    with pytest.raises(Refused):
        read_contents(path)
