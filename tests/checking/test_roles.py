from dataclasses import replace

import pytest

from assignment.checking.roles import COMBINED, DISCRIMINATOR, GENERATOR, OTHER, choose_expected, find_role, parts
from assignment.checking.sheets import SHEETS
from assignment.foreign.network import Layer, Network, Tensor


def test_a_generator_makes_images_and_a_discriminator_takes_them(make_network):
    assert find_role(make_network("generator")) == GENERATOR
    assert find_role(make_network("discriminator")) == DISCRIMINATOR


def test_a_combined_model_has_both(make_network):
    networks = [make_network(role) for role in (GENERATOR, DISCRIMINATOR)]
    layers = [Layer("Sequential", part.name, {}, (Tensor(i),), network=part) for i, part in enumerate(networks)]
    combined = Network("gan", "Sequential", (networks[0].layers[0], *layers), (Tensor(0),), (Tensor(2),))
    assert find_role(combined) == COMBINED and list(parts(combined)) == networks


def test_a_network_of_vectors_is_neither(make_network):
    network = make_network("generator")
    assert find_role(replace(network, layers=network.layers[:2], outputs=(Tensor(1),))) == OTHER


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("role", [GENERATOR, DISCRIMINATOR])
def test_a_network_is_compared_with_the_most_similar_one_of_its_sheet(make_network, role, position):
    expected = choose_expected(make_network(role, "lecture", position=position), role, SHEETS["lecture"])
    assert expected == [network for network in SHEETS["lecture"].networks if network.role == role][position]
