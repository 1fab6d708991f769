import numpy as np
import pytest

from assignment.foreign.network import Layer, Network, Tensor
from assignment.grading.similarity import find_pairs, hash_weights, sample_kernels


def network(*kernels, name="dense"):
    layers = [Layer("InputLayer", "input", {}, ())]
    layers += [Layer("Dense", name, {}, (Tensor(i),), (kernel,)) for i, kernel in enumerate(kernels)]
    return Network("n", "Sequential", tuple(layers), (Tensor(0),), (Tensor(len(kernels)),))


def kernels(seed, noise=0.0):
    random, other = np.random.default_rng(seed), np.random.default_rng(99)
    return [
        (k + noise * other.standard_normal(k.shape)).astype(np.float32)
        for k in (random.standard_normal(shape) for shape in ((100, 300), (5, 5, 8, 16)))
    ]


def pairs(**networks):
    return find_pairs(
        "generator",
        {key: hash_weights(n) for key, n in networks.items()},
        {key: sample_kernels(n) for key, n in networks.items()},
    )


def test_names_and_precision_of_the_storage_do_not_change_the_hash():
    first = kernels(0)
    same = network(*(k.astype(np.float64) for k in first), name="renamed")
    assert hash_weights(network(*first)) == hash_weights(same) != hash_weights(network(*kernels(1)))
    assert hash_weights(network(first[0])) != hash_weights(network(first[0].T))


def test_equal_networks_are_a_pair_with_the_correlation_1():
    (pair,) = pairs(a=network(*kernels(0)), b=network(*kernels(0)), c=network(*kernels(1)))
    assert (pair.first, pair.second, pair.is_same, pair.correlation) == ("a", "b", True, 1.0)


@pytest.mark.parametrize(("noise", "correlation"), [(0.1, 0.995), (0.5, 0.894), (1.0, 0.707)])
def test_noise_of_a_share_of_the_weights_lowers_the_correlation_by_its_formula(noise, correlation):
    """The correlation of w and w + noise is 1 / sqrt(1 + noise²) for weights of variance 1."""
    (pair,) = pairs(a=network(*kernels(0)), b=network(*kernels(0, noise)))
    assert not pair.is_same and pair.correlation == pytest.approx(correlation, abs=0.01)


def test_independent_networks_are_no_pair():
    assert pairs(**{f"n{seed}": network(*kernels(seed)) for seed in range(30)}) == []


def test_networks_with_other_kernels_and_broken_ones_are_not_compared():
    broken = network(np.full((100, 300), np.nan, np.float32), np.zeros((5, 5, 8, 16), np.float32))
    assert sample_kernels(broken) == {} and sample_kernels(network(np.ones((2, 3)))) == {}
    assert pairs(a=network(kernels(0)[0]), b=network(*kernels(0)), c=broken) == []
