from itertools import combinations

import numpy as np
import pytest
from keras import layers

from assignment.digits import networks as digits
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.practices.architecture import with_linear_output
from assignment.practices.choice import checked_practices
from assignment.practices.stack import PracticeStack
from assignment.training.description import layer_table
from assignment.training.layers import KERNEL_SIZE, KERNELS, SpectralNormalization

SHEET_DISCRIMINATOR_WEIGHTS = 6_629_953
DISCRIMINATOR_PRACTICES = (
    "hinge",
    "dropout",
    "minibatch-discrimination",
    "minibatch-deviation",
    "spectral-normalization",
)


def build_with(*names, precision="float32"):
    return PracticeStack(names).discriminator(build_discriminator("ana", 1, precision))


def layer_classes(network):
    return [type(layer) for layer in network.layers]


def test_dropout_follows_every_leaky_relu():
    network = build_with("dropout")
    order = [kind for kind in layer_classes(network) if kind in (layers.LeakyReLU, layers.Dropout)]
    assert order == [layers.LeakyReLU, layers.Dropout] * 3
    assert {layer.rate for layer in network.layers if isinstance(layer, layers.Dropout)} == {0.3}
    assert network.count_params() == SHEET_DISCRIMINATOR_WEIGHTS


@pytest.mark.parametrize(
    ("name", "added_weights"),
    [
        ("spectral-normalization", 64 + 128 + 1024 + 1),  # a direction for the outputs of each of the four kernels
        (
            "minibatch-discrimination",
            1024 * KERNELS * KERNEL_SIZE + KERNELS,
        ),  # and the output's weights
        ("minibatch-deviation", 1),
    ],
)
def test_practice_adds_this_many_weights_to_the_sheets_discriminator(name, added_weights):
    network = build_with(name)
    assert network.count_params() == SHEET_DISCRIMINATOR_WEIGHTS + added_weights
    assert network.name == "discriminator_model_ana"
    assert layer_table(network)[0].output_shape == (28, 28, 1) and layer_table(network)[-1].output_shape == (1,)


def test_spectral_normalization_wraps_every_kernel_and_keeps_its_weights():
    plain = build_discriminator("ana", 1)
    network = PracticeStack(["spectral-normalization"]).discriminator(plain)
    wrapped = [layer for layer in network.layers if isinstance(layer, SpectralNormalization)]
    assert len(wrapped) == 4
    np.testing.assert_array_equal(wrapped[0].layer.kernel, plain.layers[0].kernel)


@pytest.mark.parametrize(
    "names",
    [[], ["spectral-normalization"], ["minibatch-discrimination"], ["hinge", "spectral-normalization"]],
    ids=" and ".join,
)
def test_output_stays_in_float32(names):
    network = build_with(*names, precision="mixed_bfloat16")
    assert network(np.zeros((2, 28, 28, 1), np.float32), training=True).dtype == "float32"


@pytest.mark.parametrize("names", list(combinations(DISCRIMINATOR_PRACTICES, 2)), ids=" and ".join)
def test_two_practices_of_the_discriminator_can_be_combined(names):
    network = build_with(*checked_practices(reversed(names), "fashion"))
    assert network(np.zeros((2, 28, 28, 1), np.float32), training=True).shape == (2, 1)


def test_no_batch_normalization_replaces_each_layer_by_a_bias():
    plain = build_generator("ana", 1)
    network = PracticeStack(["no-batch-normalization"]).generator(plain)
    assert layers.BatchNormalization not in layer_classes(network) and layers.Identity in layer_classes(network)
    with_bias = [layer for layer in network.layers if getattr(layer, "use_bias", False)]
    assert len(with_bias) == layer_classes(plain).count(layers.BatchNormalization)
    for layer in with_bias:
        np.testing.assert_array_equal(layer.kernel, plain.get_layer(layer.name).kernel)


def test_no_dropout_removes_every_dropout_layer():
    plain = digits.build_discriminator("ana", 1)
    assert layers.Dropout in layer_classes(plain)
    assert layers.Dropout not in layer_classes(PracticeStack(["no-dropout"]).discriminator(plain))


@pytest.mark.parametrize("names", [[], ["dropout"], ["minibatch-deviation"]])
def test_linear_output_is_the_logit_of_the_probability(names):
    network = build_with(*names)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1)).astype(np.float32)
    probabilities = np.asarray(network(images, training=False))
    linear = with_linear_output(network)
    logits = np.asarray(linear(images, training=False))
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), probabilities, atol=1e-6)
    assert with_linear_output(linear) is linear
