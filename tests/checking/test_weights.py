from dataclasses import replace

import numpy as np
import pytest

from assignment.checking.weights import was_trained, weight_findings


def titles(network, role="generator"):
    return [finding.title for finding in weight_findings(network, role)]


@pytest.mark.parametrize("role", ["generator", "discriminator"])
@pytest.mark.parametrize("seed", range(20))
def test_only_initial_weights_count_as_untrained(make_network, role, seed):
    assert was_trained(make_network(role, trained=False, seed=seed)) is False
    assert was_trained(make_network(role, seed=seed)) is True


@pytest.mark.parametrize("role", ["generator", "discriminator"])
def test_a_network_with_another_initialization_is_untrained_too(make_network, role):
    """The DCGAN paper initializes kernels with normal numbers; without an update, all biases and scales are initial."""
    network = make_network(role, trained=False)
    random = np.random.default_rng(0)
    layers = [
        replace(layer, weights=tuple(random.normal(0, 0.02, w.shape) if w.ndim > 1 else w for w in layer.weights))
        for layer in network.layers
    ]
    network = replace(network, layers=tuple(layers))
    (finding,) = weight_findings(network, role)
    assert was_trained(network) is False and finding.title == "never trained"
    assert finding.numbers.startswith("all biases are 0") and "kernel" not in finding.numbers


def test_kernels_alone_show_a_training_only_if_they_are_initial(make_network):
    """Without biases and scales, kernels of another distribution may be trained, or initialized in another way."""
    network = make_network("discriminator", trained=False)
    kernels = replace(network, layers=network.layers[:5])  # convolutions without biases
    assert was_trained(kernels) is False
    other = replace(kernels.layers[1], weights=(kernels.layers[1].weights[0] * 2,))
    assert was_trained(replace(kernels, layers=(kernels.layers[0], other, *kernels.layers[2:]))) is None


def test_a_network_with_few_weights_shows_nothing(make_network, change_layer):
    network = make_network("discriminator", trained=False)
    layers = tuple(replace(layer, weights=tuple(w[..., :1, :1] for w in layer.weights)) for layer in network.layers[:2])
    assert was_trained(replace(network, layers=layers)) is None


@pytest.mark.parametrize(("position", "number"), [(2, 0), (2, 1), (2, 2), (2, 3), (1, 0)])
def test_one_changed_weight_is_enough(make_network, change_layer, position, number):
    network = make_network(trained=False)
    weights = [weight.copy() for weight in network.layers[position].weights]
    weights[number].flat[0] = 2.0
    expected = {(2, 2): None, (2, 3): None, (1, 0): False}.get((position, number), True)  # statistics, a kernel
    assert was_trained(change_layer(network, position, weights=tuple(weights))) is expected


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
    assert was_trained(replace(network, layers=tuple(layers))) is True


def test_normalization_that_never_saw_a_batch_is_named(make_network):
    network, initial = make_network(), make_network(trained=False)
    layers = [
        replace(layer, weights=(*layer.weights[:2], *first.weights[2:]))
        if layer.kind == "BatchNormalization"
        else layer
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
