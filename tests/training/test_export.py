import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest

from assignment.conditional.networks import build_auxiliary_discriminator, build_generator
from assignment.errors import AssignmentError
from assignment.training import export
from assignment.training.export import Facts, export_h5, read_facts
from assignment.training.freezing import frozen

FACTS = Facts("conditional", "Ана", 2, "a stand-in", ("T-shirt/top", "Trouser"))
READ_BACK = """
import sys
import numpy as np, keras
model = keras.models.load_model(sys.argv[1], compile=False)
noise = np.load(sys.argv[2])
np.save(sys.argv[3], model(noise, training=False).numpy())
assert model.name == "generator_model_test"
assert all(layer.trainable and layer.dtype_policy.name == "float32" for layer in model.layers)
"""


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_fresh_process_reads_the_same_model(make_gan, tmp_path, precision):
    generator = make_gan(precision).generator
    noise = np.random.default_rng(0).standard_normal((3, 5), np.float32)
    path, given, answered = tmp_path / "generator.h5", tmp_path / "noise.npy", tmp_path / "images.npy"
    with frozen(generator):
        export_h5(generator, path, FACTS)
    np.save(given, noise)
    subprocess.run([sys.executable, "-c", READ_BACK, path, given, answered], check=True, capture_output=True)
    expected = export.float32_copy(generator)(noise, training=False).numpy()
    np.testing.assert_array_equal(np.load(answered), expected)
    # bfloat16 keeps eight bits of a number: outputs in -1..1 agree to about 1/128 a layer.
    tolerance = 1e-6 if precision == "float32" else 0.05
    np.testing.assert_allclose(expected, generator(noise, training=False), rtol=0, atol=tolerance)


def test_the_file_holds_no_optimizer(make_gan, tmp_path):
    export_h5(make_gan().discriminator, tmp_path / "discriminator.h5", FACTS)
    with h5py.File(tmp_path / "discriminator.h5") as file:
        assert "optimizer_weights" not in file and "training_config" not in file.attrs


def test_a_file_that_reads_back_differently_is_not_kept(make_gan, tmp_path, monkeypatch):
    gan = make_gan()
    path = tmp_path / "generator.h5"
    path.write_text("the earlier one")

    def other(*args, **kwargs):
        model = keras.models.clone_model(gan.generator)
        return model  # new weights by chance

    monkeypatch.setattr(export.keras.models, "load_model", other)
    with pytest.raises(AssignmentError, match="generator.h5 reads back as another model"):
        export_h5(gan.generator, path, FACTS)
    assert path.read_text() == "the earlier one" and list(tmp_path.iterdir()) == [path]


def test_the_model_itself_is_left_alone(make_gan, tmp_path):
    generator = make_gan("mixed_bfloat16").generator
    with frozen(generator):
        export_h5(generator, tmp_path / "generator.h5", FACTS)
        assert not any(layer.trainable for layer in generator.layers)
    assert generator.layers[0].dtype_policy.name == "mixed_bfloat16"


def test_the_file_tells_of_itself(make_gan, tmp_path):
    path = tmp_path / "generator.h5"
    export_h5(make_gan().generator, path, FACTS)
    assert read_facts(path) == FACTS


@pytest.mark.parametrize("content", [b"", b"no HDF5", None])
def test_a_file_that_is_not_ours_is_an_error(make_gan, tmp_path, content):
    path = tmp_path / "generator.h5"
    if content is None:
        make_gan().generator.save(path, include_optimizer=False)
    else:
        path.write_bytes(content)
    with pytest.raises(AssignmentError, match="generator.h5 is not a network that this program saved"):
        read_facts(path)


@pytest.mark.parametrize("build", [build_generator, build_auxiliary_discriminator])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_several_inputs_and_outputs_are_kept_by_name(tmp_path, build, precision):
    model, path = build("ana", 1, precision), tmp_path / "model.h5"
    export_h5(model, path, FACTS)
    reread = keras.models.load_model(path, compile=False)
    assert [tensor.name for tensor in reread.inputs] == [tensor.name for tensor in model.inputs]
    assert reread.output_names == model.output_names


def test_labels_are_compared_too(tmp_path, monkeypatch):
    """The same weights behind a label that is not heard: the outputs tell."""
    generator = build_generator("ana", 1)

    def deaf(path, compile):
        other = keras.models.clone_model(generator)
        other.set_weights(generator.get_weights())
        embedding = other.get_layer("label_embedding")
        hear = embedding.call
        embedding.call = lambda labels: hear(0 * labels)
        return other

    monkeypatch.setattr(keras.models, "load_model", deaf)
    with pytest.raises(AssignmentError, match="reads back as another model"):
        export_h5(generator, tmp_path / "generator.h5", FACTS)


def test_every_output_is_compared(tmp_path, monkeypatch):
    discriminator = build_auxiliary_discriminator("ana", 1)
    validity, kind = discriminator.outputs
    other = keras.Model(discriminator.inputs[0], [validity, 0.5 * kind])
    monkeypatch.setattr(keras.models, "load_model", lambda path, compile: other)
    with pytest.raises(AssignmentError, match="reads back as another model"):
        export_h5(discriminator, tmp_path / "discriminator.h5", FACTS)
