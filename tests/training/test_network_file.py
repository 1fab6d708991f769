import shutil
import zipfile

import h5py
import keras
import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.training.export import ModelMetadata, export_h5
from assignment.training.network_file import load_network, read_facts

METADATA = ModelMetadata("fashion", "ana", 1, "a stand-in")


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


def of_another_program(path, make_gan):
    with h5py.File(path, "w") as file:
        file["temperatures"] = np.zeros(3)


def keras_archive(path, make_gan):
    archive = path.with_suffix(".keras")
    make_gan().generator.save(archive)
    shutil.move(archive, path)


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
    "a text": (write(b"no HDF5"), "it is not an HDF5 file; give the .h5 file that the training wrote"),
    "a .keras file": (keras_archive, "it is a .keras file under another name; give the .h5 file"),
    "a ZIP archive": (other_archive, "it is a ZIP archive; unpack it"),
    "a damaged ZIP archive": (write(b"PK\x03\x04"), "it is a ZIP archive; unpack it"),
    "truncated": (truncated, "it is damaged, and perhaps incomplete; copy it again, or train the network again"),
    "weights alone, of Keras 3": (weights_of_keras_3, "it contains only weights; give the file of the complete"),
    "weights alone, of Keras 2": (weights_of_keras_2, "it contains only weights; give the file of the complete"),
    "saved again": (saved_again, "Keras saved it again, without the facts about its training; give the original file"),
    "another network": (of_another_keras_program, "another program saved it with Keras; give the .h5 file"),
    "another HDF5 file": (of_another_program, "it is another program's HDF5 file; give the .h5 file"),
}


@pytest.mark.parametrize(("create", "reason"), FILES.values(), ids=FILES.keys())
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_each_kind_of_other_file_has_its_own_advice(path, make_gan, create, reason):
    create(path, make_gan)
    with pytest.raises(AssignmentError) as caught:
        read_facts(path)
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
        read_facts(path)
