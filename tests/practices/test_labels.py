from itertools import combinations

import keras
import numpy as np
import pytest

from assignment.conditional import networks
from assignment.errors import AssignmentError
from assignment.practices.catalogue import LAYERS
from assignment.practices.choice import checked_practices, usable_practices
from assignment.practices.labels import ConditionalBatchNormalization, Projection
from assignment.practices.practice import PracticeContext
from assignment.practices.stack import PracticeStack

CONTEXT = PracticeContext(seed=1, batch_size=8, tapes=False)


@pytest.fixture
def labels():
    return np.arange(10, dtype=np.int32)[:, np.newaxis]


@pytest.fixture
def noise():
    return np.random.default_rng(0).standard_normal((10, 100)).astype(np.float32)


@pytest.fixture
def images():
    return np.random.default_rng(1).uniform(-1, 1, (10, 28, 28, 1)).astype(np.float32)


def test_projection_leaves_the_label_out_of_the_convolutions(images, labels):
    plain = networks.build_discriminator("ana")
    network = Projection(CONTEXT).discriminator(plain)
    names = {layer.name for layer in network.layers}
    assert {"label_embedding", "label_units", "label_plane", "image_and_label"}.isdisjoint(names)
    assert {"wanted_features", "agreement", "realism_and_agreement"} <= names
    features = keras.Model(network.inputs, network.get_layer("features_leaky").output)
    for label in range(10):
        np.testing.assert_array_equal(
            features([images, np.full((10, 1), label)]), features([images, labels]), err_msg=str(label)
        )
    assert not np.allclose(network([images, labels]), network([images, labels[::-1]]))


def test_projection_keeps_the_weights_that_read_the_image(images, labels):
    plain = networks.build_discriminator("ana")
    plain.get_layer("label_units").set_weights([np.zeros((50, 784)), np.zeros(784)])  # so that the plane is 0
    network = Projection(CONTEXT).discriminator(plain)
    np.testing.assert_allclose(network([images, labels]), plain([images, labels]), atol=1e-6)
    assert network.get_layer("downsample_14").kernel.shape == (4, 4, 1, 32)


def test_projection_of_another_network_is_refused():
    network = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="No such layer: image_and_label"):
        Projection(CONTEXT).discriminator(network)


def test_at_first_conditional_batch_normalization_is_the_plain_one(noise, labels):
    plain = networks.build_generator("ana")
    network = ConditionalBatchNormalization(CONTEXT).generator(plain)
    for training in (False, True):
        found, expected = (model([noise, labels], training=training) for model in (network, plain))
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["scale", "shift"])
@pytest.mark.parametrize("layer", ["noise_and_label_norm", "upsample_14_norm", "upsample_28_norm"])
def test_every_label_has_its_own_scale_and_shift(noise, labels, layer, kind):
    network = ConditionalBatchNormalization(CONTEXT).generator(networks.build_generator("ana"))
    before = network([noise, labels]).numpy()
    embedding = network.get_layer(f"{layer}_{kind}")
    values = embedding.get_weights()[0]
    values[3] += 0.5
    embedding.set_weights([values])
    changed = np.abs(network([noise, labels]).numpy() - before).max(axis=(1, 2, 3)) > 0
    assert changed.tolist() == [label == 3 for label in range(10)]


def test_scale_and_shift_are_those_of_the_normalized_values(noise, labels):
    network = ConditionalBatchNormalization(CONTEXT).generator(networks.build_generator("ana"))
    name = "upsample_14_norm"
    scale, shift = (network.get_layer(f"{name}_{kind}") for kind in ("scale", "shift"))
    scale.set_weights([np.full((10, 64), 2.0)])
    shift.set_weights([np.full((10, 64), 0.25)])
    outputs = [network.get_layer(part).output for part in (name, f"{name}_shift_applied")]
    normalized, applied = keras.Model(network.inputs, outputs)([noise, labels])
    np.testing.assert_allclose(applied, 2 * normalized.numpy() + 0.25, atol=1e-6)


def test_conditional_batch_normalization_can_be_saved_without_this_package(tmp_path, noise, labels):
    network = ConditionalBatchNormalization(CONTEXT).generator(networks.build_generator("ana"))
    assert {type(layer).__module__.partition(".")[0] for layer in network.layers} == {"keras"}
    network.save(tmp_path / "network.h5")
    loaded = keras.models.load_model(tmp_path / "network.h5", compile=False)
    np.testing.assert_array_equal(loaded([noise, labels]), network([noise, labels]))


def test_all_practices_that_change_layers_can_be_combined_in_pairs():
    """Those of the conditional track, whose networks have the most kinds of layers and of connections."""
    names = [
        entry.name for entry in usable_practices("conditional", "mnist", "validity") if LAYERS in entry.ingredients
    ]
    for pair in combinations(names, 2):
        try:
            checked_practices(pair, "conditional", "mnist", "validity")
        except AssignmentError:
            continue
        stack = PracticeStack(pair, seed=1, batch_size=8)
        image = stack.generator(networks.build_generator("ana")).outputs[0]
        assert image.shape == (None, 28, 28, 1)
        assert stack.discriminator(networks.build_discriminator("ana")).outputs[0].shape == (None, 1)
