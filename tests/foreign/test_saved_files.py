"""The same networks, saved by every Keras from 2.2 to 3.15 (`make_saved_files.py`), are read as the same table."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from assignment.foreign.forward import run
from assignment.foreign.reader import read_contents

FILES = Path(__file__).parent / "saved_files"
VERSIONS = sorted(path.stem for path in FILES.glob("*.zip"))
NEWEST = "keras_3.15.1"
# Outputs in float32; the last network computes in 16 bits, which round to three digits.
TOLERANCES = {
    "generator.h5": 1e-5,
    "generator.keras": 1e-5,
    "discriminator.h5": 1e-5,
    "combined.h5": 1e-5,
    "conditional_generator.h5": 1e-5,
    "conditional_discriminator.h5": 1e-5,
    "discriminator_float16.h5": 1e-3,
}
# Why Keras 3.15.1 does not load a file, by the module and the version that wrote it.
GROUPS, NO_INPUT, DTYPE = (
    "a Conv2DTranspose has the argument groups",
    "the Sequential model has no input layer",
    "an initializer has the argument dtype",
)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The folder of the unpacked files."""
    folder = tmp_path_factory.mktemp("saved_files")
    for path in FILES.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / path.stem)
    return folder


def networks(folder):
    return [name for name in TOLERANCES if (folder / name).exists()]


def table(network):
    """The layers of a network without what differs between versions: names, positions of the inputs, precision."""
    return [
        (
            layer.kind,
            {name: value for name, value in layer.settings.items() if name != "dtype"},
            [array.shape for array in layer.weights],
        )
        for layer in network.plain_layers()
    ]


def test_every_version_has_a_file():
    assert len(VERSIONS) == 16 and {"keras_2.2.4", "tf.keras_2.15.0", "tf_keras_2.19.0", NEWEST} <= set(VERSIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read_as_the_same_layers_and_computes_the_same(version, unpacked):
    folder = unpacked / version
    arrays = np.load(folder / "outputs.npz")
    assert len(networks(folder)) >= 5
    for name in networks(folder):
        contents = read_contents(folder / name)
        assert contents.keras == (folder / "version.txt").read_text()
        assert table(contents.network) == table(read_contents(unpacked / NEWEST / name).network), name
        inputs = [arrays[f"{name} input {number}"] for number in range(len(contents.network.inputs))]
        (outputs,) = run(contents.network, inputs)
        np.testing.assert_allclose(outputs, arrays[name], rtol=0, atol=TOLERANCES[name], err_msg=name)


@pytest.mark.parametrize("version", VERSIONS)
def test_weights_alone_are_those_of_the_complete_network(version, unpacked):
    network = read_contents(unpacked / version / "generator.h5").network
    contents = read_contents(unpacked / version / "generator_only.weights.h5")
    assert contents.network is None
    stored = sorted((array.shape, array.tobytes()) for _, arrays in contents.weights for array in arrays)
    assert stored == sorted(
        (array.shape, array.tobytes()) for layer in network.plain_layers() for array in layer.weights
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_how_the_discriminator_was_compiled_is_read(version, unpacked):
    compilation = read_contents(unpacked / version / "discriminator.h5").compilation
    assert (compilation.loss, compilation.optimizer) == ("binary_crossentropy", "Adam")
    assert (compilation.learning_rate, compilation.beta_1, compilation.beta_2) == (0.001, 0.9, 0.999)
    assert read_contents(unpacked / version / "generator.h5").compilation is None


@pytest.mark.parametrize(
    ("version", "name", "obstacles"),
    [
        ("keras_2.2.4", "generator.h5", (NO_INPUT,)),
        ("keras_2.2.4", "conditional_generator.h5", ()),
        ("tf.keras_2.2.4-tf", "conditional_discriminator.h5", (DTYPE,)),
        ("tf.keras_2.3.0-tf", "discriminator.h5", (NO_INPUT,)),
        ("tf.keras_2.4.0", "generator.h5", (GROUPS,)),
        ("tf.keras_2.4.0", "discriminator.h5", ()),
        ("tf_keras_2.19.0", "generator.keras", (GROUPS,)),
        ("keras_3.0.5", "generator.h5", ()),
    ],
)
def test_obstacles_for_todays_keras_are_named(version, name, obstacles, unpacked):
    assert read_contents(unpacked / version / name).obstacles == obstacles


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.filterwarnings("ignore")
def test_obstacles_are_what_keras_refuses_and_the_repaired_file_loads(version, unpacked, tmp_path):
    """Keras loads a file exactly if it has no obstacles; a repaired file always, with outputs that differ by 1e-5."""
    import keras

    from assignment.training.repair import write_repaired

    arrays = np.load(unpacked / version / "outputs.npz")
    for name in networks(unpacked / version):
        contents = read_contents(unpacked / version / name)
        inputs = [arrays[f"{name} input {number}"] for number in range(len(contents.network.inputs))]
        inputs = inputs if len(inputs) > 1 else inputs[0]
        try:
            keras_outputs = keras.models.load_model(unpacked / version / name, compile=False)(inputs, training=False)
            loads = np.allclose(keras_outputs, arrays[name], rtol=0, atol=TOLERANCES[name])
        except Exception:
            loads = False
        assert loads == (not contents.obstacles), (name, contents.obstacles)
        repaired = tmp_path / f"{version}_{name}.h5"
        write_repaired(contents.network, repaired)
        outputs = keras.models.load_model(repaired, compile=False)(inputs, training=False)
        np.testing.assert_allclose(outputs, arrays[name], rtol=0, atol=TOLERANCES[name], err_msg=name)
