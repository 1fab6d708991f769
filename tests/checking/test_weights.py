from dataclasses import replace

import numpy as np
import pytest

from assignment.checking.weights import is_untrained, weight_findings


def titles(network, role="generator"):
    return [finding.title for finding in weight_findings(network, role)]


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("seed", range(20))
def test_only_initial_weights_count_as_untrained(make_network, role, seed):
    assert is_untrained(make_network(role, trained=False, seed=seed))
    assert not is_untrained(make_network(role, seed=seed))


@pytest.mark.parametrize(("position", "number"), [(2, 0), (2, 1), (2, 2), (2, 3), (1, 0)])
def test_one_changed_weight_is_enough(make_network, change_layer, position, number):
    network = make_network(trained=False)
    weights = [weight.copy() for weight in network.layers[position].weights]
    weights[number].flat[0] = 2.0
    assert not is_untrained(change_layer(network, position, weights=tuple(weights)))


def test_a_small_step_of_every_weight_is_enough(make_network):
    """One update of Adam changes every weight by its rate, 0.0002, in one direction or the other."""
    network = make_network("discriminator", trained=False)
    random = np.random.default_rng(0)
    layers = [
        replace(
            layer,
            weights=tuple(w + 2e-4 * random.choice([-1, 1], w.shape).astype(np.float32) for w in layer.weights),
        )
        for layer in network.layers
    ]
    assert not is_untrained(replace(network, layers=tuple(layers)))


def test_normalization_that_never_saw_a_batch_is_named(make_network):
    network, initial = make_network(), make_network(trained=False)
    layers = [
        replace(layer, weights=first.weights) if layer.kind == "BatchNormalization" else layer
        for layer, first in zip(network.layers, initial.layers)
    ]
    assert titles(replace(network, layers=tuple(layers))) == ["BatchNormalization never saw a batch"]


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_nan_and_infinite_weights_are_counted(make_network, change_layer, value):
    network = make_network()
    kernel = network.layers[1].weights[0].copy()
    kernel[:2, 0] = value
    (finding,) = weight_findings(change_layer(network, 1, weights=(kernel,)), "generator")
    assert (
        finding.title == "NaN or infinite weights" and finding.numbers == "2 values in 1 arrays, the first in a Dense"
    )


def test_a_frozen_network_is_named_but_not_serious(make_network):
    network = make_network("discriminator")
    frozen = replace(network, layers=tuple(replace(layer, trainable=False) for layer in network.layers))
    (finding,) = weight_findings(frozen, "discriminator")
    assert finding.title == "saved while frozen" and not finding.is_serious
    assert finding.numbers == "4 of 4 layers with weights are not trainable"
