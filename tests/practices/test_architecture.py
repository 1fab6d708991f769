from itertools import combinations

import numpy as np
import pytest
from keras import layers

from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.practices.architecture import with_linear_answer
from assignment.practices.choice import checked_practices
from assignment.practices.layers import KERNELS, SIZE, SpectralNormalization
from assignment.practices.stack import Mixture
from assignment.training.description import layer_table


def kinds(network):
    return [type(layer) for layer in network.layers]


def test_dropout_stands_behind_every_leaky_relu():
    network = Mixture(["dropout"]).discriminator(build_discriminator("ana", 1))
    order = [kind for kind in kinds(network) if kind in (layers.LeakyReLU, layers.Dropout)]
    assert order == [layers.LeakyReLU, layers.Dropout] * 3
    assert {layer.rate for layer in network.layers if isinstance(layer, layers.Dropout)} == {0.3}
    assert network.count_params() == 6_629_953


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("spectral-normalisation", 64 + 128 + 1024 + 1),  # a direction for each of the four kernels' outputs
        ("minibatch-discrimination", 1024 * KERNELS * SIZE + KERNELS),  # the measures, and their weights in the answer
        ("minibatch-deviation", 1),
    ],
)
def test_what_a_practice_adds_to_the_sheets_discriminator(name, more):
    network = Mixture([name]).discriminator(build_discriminator("ana", 1))
    assert network.count_params() == 6_629_953 + more
    assert network.name == "discriminator_model_ana"
    assert layer_table(network)[0].output_shape == (28, 28, 1) and layer_table(network)[-1].output_shape == (1,)


def test_spectral_normalisation_wraps_every_kernel_and_keeps_it():
    plain = build_discriminator("ana", 1)
    network = Mixture(["spectral-normalisation"]).discriminator(plain)
    wrapped = [layer for layer in network.layers if isinstance(layer, SpectralNormalization)]
    assert len(wrapped) == 4
    np.testing.assert_array_equal(wrapped[0].layer.kernel, plain.layers[0].kernel)


def test_a_probability_stays_in_float32_with_every_practice():
    for names in ([], ["spectral-normalisation"], ["minibatch-discrimination"], ["hinge", "spectral-normalisation"]):
        network = Mixture(names).discriminator(build_discriminator("ana", 1, "mixed_bfloat16"))
        assert network(np.zeros((2, 28, 28, 1), np.float32), training=True).dtype == "float32"


OF_THE_DISCRIMINATOR = ("hinge", "dropout", "minibatch-discrimination", "minibatch-deviation", "spectral-normalisation")


@pytest.mark.parametrize("names", list(combinations(OF_THE_DISCRIMINATOR, 2)), ids=" and ".join)
def test_two_of_them_go_together(names):
    names = checked_practices(reversed(names), "fashion")  # in the catalogue's order, as a run has them
    network = Mixture(names).discriminator(build_discriminator("ana", 1))
    assert network(np.zeros((2, 28, 28, 1), np.float32), training=True).shape == (2, 1)


def test_without_batch_normalisation_the_generator_has_none():
    plain = build_generator("ana", 1)
    network = Mixture(["no-batch-normalisation"]).generator(plain)
    assert layers.BatchNormalization not in kinds(network) and layers.Identity in kinds(network)
    biased = [layer for layer in network.layers if getattr(layer, "use_bias", False)]
    assert len(biased) == kinds(plain).count(layers.BatchNormalization), "a bias in the place of each shift"
    for layer in biased:
        np.testing.assert_array_equal(layer.kernel, plain.get_layer(layer.name).kernel)


def test_without_dropout_there_is_none():
    from assignment.digits.networks import build_discriminator as build

    assert layers.Dropout not in kinds(Mixture(["no-dropout"]).discriminator(build("ana", 1)))


@pytest.mark.parametrize("practices", [[], ["dropout"], ["minibatch-deviation"]])
def test_a_linear_answer_is_the_logit_of_the_probability(practices):
    network = Mixture(practices).discriminator(build_discriminator("ana", 1))
    images = np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1)).astype(np.float32)
    probability = np.asarray(network(images, training=False))
    linear = with_linear_answer(network)
    np.testing.assert_allclose(1 / (1 + np.exp(-np.asarray(linear(images, training=False)))), probability, atol=1e-6)
    assert with_linear_answer(linear) is linear
