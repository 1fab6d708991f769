import json
import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest

from assignment.conditional.networks import build_auxiliary_discriminator, build_generator
from assignment.errors import AssignmentError
from assignment.fashion.step3_generator import build_generator as build_sheet_generator
from assignment.fashion.step5_discriminator import build_discriminator as build_sheet_discriminator
from assignment.fashion.step6_compile import compile_gan as compile_sheet_gan
from assignment.foreign.metadata import ModelMetadata, read_metadata
from assignment.lecture.networks import RealSmoothed
from assignment.practices.losses import HingeLoss
from assignment.training import export
from assignment.training.export import export_h5, export_pair
from assignment.training.freezing import frozen

METADATA = ModelMetadata(
    track="conditional",
    firstname="Ана",
    seed=2,
    images="a stand-in",
    classes=("T-shirt/top", "Trouser"),
    practices=("uniform-noise",),
    keras=keras.__version__,
)
ONE_SENTENCE = r"\A[^\n]{,400}generator\.h5[^\n]{,200}\.\Z"
READ_BACK = """
import sys
import numpy as np, keras
model = keras.models.load_model(sys.argv[1], compile=False)
noise = np.load(sys.argv[2])
np.save(sys.argv[3], model(noise, training=False).numpy())
assert model.name == "generator_model_test"
assert all(layer.trainable and layer.dtype_policy.name == "float32" for layer in model.layers)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "generator.h5"


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_new_process_reads_the_same_model(make_gan, path, tmp_path, precision):
    generator = make_gan(precision).generator
    noise = np.random.default_rng(0).standard_normal((3, 5), np.float32)
    noise_path, images_path = tmp_path / "noise.npy", tmp_path / "images.npy"
    with frozen(generator):
        export_h5(generator, path, METADATA)
    np.save(noise_path, noise)
    subprocess.run([sys.executable, "-c", READ_BACK, path, noise_path, images_path], check=True, capture_output=True)
    expected = export.float32_copy(generator)(noise, training=False).numpy()
    np.testing.assert_array_equal(np.load(images_path), expected)
    # bfloat16 keeps eight bits of a number, so outputs in [-1, 1] agree to about 1/128 per layer.
    tolerance = 1e-6 if precision == "float32" else 0.05
    np.testing.assert_allclose(expected, generator(noise, training=False), rtol=0, atol=tolerance)


def test_file_contains_no_state_of_the_optimizer(make_gan, path):
    export_h5(make_gan().discriminator, path, METADATA)
    with h5py.File(path) as file:
        assert "optimizer_weights" not in file


def test_the_sheets_discriminator_is_loaded_compiled_as_in_step_6(path):
    discriminator = build_sheet_discriminator("ana")
    compile_sheet_gan(build_sheet_generator("ana"), discriminator)
    export_h5(discriminator, path, METADATA)
    model = keras.models.load_model(path)
    assert model.compiled and model.loss is keras.losses.binary_crossentropy
    settings = model.optimizer.get_config()
    assert type(model.optimizer) is keras.optimizers.Adam
    assert (settings["learning_rate"], settings["beta_1"], settings["beta_2"]) == pytest.approx((2e-4, 0.5, 0.999))
    with h5py.File(path) as file:  # as the sheet writes it, not the nearest float32
        assert json.loads(file.attrs["training_config"])["optimizer_config"]["config"]["learning_rate"] == 0.0002
    assert np.isfinite(model.train_on_batch(np.zeros((2, 28, 28, 1), np.float32), np.ones((2, 1), np.float32)))


def test_an_auxiliary_discriminator_is_loaded_with_both_losses(path):
    discriminator = build_auxiliary_discriminator("ana", 1)
    discriminator.compile(
        loss=["binary_crossentropy", "sparse_categorical_crossentropy"], loss_weights=[1.0, 0.5], optimizer="sgd"
    )
    export_h5(discriminator, path, METADATA)
    model = keras.models.load_model(path)
    assert len(model.loss) == 2 and model.get_compile_config()["loss_weights"] == [1.0, 0.5]
    assert type(model.optimizer) is keras.optimizers.SGD


@pytest.mark.parametrize("loss", [keras.losses.BinaryCrossentropy(from_logits=True), keras.losses.MeanSquaredError()])
def test_losses_of_keras_keep_their_settings(make_gan, path, loss):
    discriminator = make_gan().discriminator
    discriminator.compile(loss=loss, optimizer=discriminator.optimizer)
    export_h5(discriminator, path, METADATA)
    model = keras.models.load_model(path)
    assert type(model.loss) is type(loss) and model.loss.get_config() == loss.get_config()


@pytest.mark.parametrize("loss", [RealSmoothed(0.1, True), HingeLoss()])
def test_a_loss_that_only_this_package_knows_is_left_out(make_gan, path, loss):
    discriminator = make_gan().discriminator
    discriminator.compile(loss=loss, optimizer=discriminator.optimizer)
    export_h5(discriminator, path, METADATA)
    with h5py.File(path) as file:
        assert "training_config" not in file.attrs
    assert not keras.models.load_model(path).compiled


def test_a_generator_is_not_compiled(make_gan, path):
    export_h5(make_gan().generator, path, METADATA)
    with h5py.File(path) as file:
        assert "training_config" not in file.attrs


def test_a_setting_that_is_lost_is_detected_even_if_the_outputs_are_the_same(make_gan, path, monkeypatch):
    def lose_momentum(config):
        return json.loads(json.dumps(config).replace('"momentum": 0.99', '"momentum": 0.9'))

    monkeypatch.setattr(export, "portable", lose_momentum)
    with pytest.raises(AssignmentError, match="reads back as another model"):
        export_h5(make_gan().generator, path, METADATA)
    assert not path.exists()


def test_file_that_reads_back_differently_is_not_kept(make_gan, path, tmp_path, monkeypatch):
    generator = make_gan().generator
    path.write_text("the earlier file")

    def load_with_new_weights(*args, **kwargs):
        return keras.models.clone_model(generator)

    monkeypatch.setattr(export.keras.models, "load_model", load_with_new_weights)
    with pytest.raises(AssignmentError, match="generator.h5 reads back as another model"):
        export_h5(generator, path, METADATA)
    assert path.read_text() == "the earlier file" and list(tmp_path.iterdir()) == [path]


def test_a_network_saved_while_it_is_frozen_comes_back_trainable(path):
    discriminator = build_auxiliary_discriminator("ana", 1)
    with frozen(discriminator):
        export_h5(discriminator, path, METADATA)
    assert keras.models.load_model(path, compile=False).trainable


def test_exported_model_itself_does_not_change(make_gan, path):
    generator = make_gan("mixed_bfloat16").generator
    with frozen(generator):
        export_h5(generator, path, METADATA)
        assert not any(layer.trainable for layer in generator.layers)
    assert generator.layers[0].dtype_policy.name == "mixed_bfloat16"


def test_discriminator_is_exported_even_if_the_generator_fails(make_gan, tmp_path):
    generator_path, discriminator_path = tmp_path / "generator.h5", tmp_path / "discriminator.h5"
    generator_path.mkdir()  # so that the file cannot be written there
    with pytest.raises(OSError):
        export_pair(make_gan(), (generator_path, discriminator_path), METADATA)
    assert read_metadata(discriminator_path) == METADATA


@pytest.mark.parametrize("metadata", [METADATA, METADATA._replace(classes=(), epoch=20, practices=())])
def test_metadata_reads_back(make_gan, path, metadata):
    export_h5(make_gan().generator, path, metadata)
    assert read_metadata(path) == metadata


def test_the_file_says_which_keras_wrote_it(make_gan, path):
    export_h5(make_gan().generator, path, METADATA)
    assert read_metadata(path).keras == keras.__version__


def test_facts_about_the_training_read_back(make_gan, path):
    metadata = METADATA._replace(epoch=2, epochs=300, updates=110, batch_size=128, standin=True)
    export_h5(make_gan().generator, path, metadata)
    assert read_metadata(path) == metadata


@pytest.mark.parametrize("build", [build_generator, build_auxiliary_discriminator])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_inputs_and_outputs_keep_their_names(path, build, precision):
    model = build("ana", 1, precision)
    export_h5(model, path, METADATA)
    reread = keras.models.load_model(path, compile=False)
    assert [tensor.name for tensor in reread.inputs] == [tensor.name for tensor in model.inputs]
    assert reread.output_names == model.output_names


def test_model_that_ignores_its_labels_is_detected(path, monkeypatch):
    """Its weights are the same, so the outputs must be compared for different labels."""
    generator = build_generator("ana", 1)

    def load_and_ignore_labels(path, compile):
        other = keras.models.clone_model(generator)
        other.set_weights(generator.get_weights())
        embedding = other.get_layer("label_embedding")
        call = embedding.call
        embedding.call = lambda labels: call(0 * labels)
        return other

    monkeypatch.setattr(keras.models, "load_model", load_and_ignore_labels)
    with pytest.raises(AssignmentError, match="reads back as another model"):
        export_h5(generator, path, METADATA)


def test_every_output_is_compared(path, monkeypatch):
    discriminator = build_auxiliary_discriminator("ana", 1)
    validity, class_output = discriminator.outputs
    other = keras.Model(discriminator.inputs[0], [validity, 0.5 * class_output])
    monkeypatch.setattr(keras.models, "load_model", lambda path, compile: other)
    with pytest.raises(AssignmentError, match="reads back as another model"):
        export_h5(discriminator, path, METADATA)
