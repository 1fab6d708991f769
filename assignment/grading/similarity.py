"""Networks with the same or nearly the same weights: hashes, and correlations of samples of each kernel."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assignment.foreign.network import Network

# Values of a kernel that are compared. The correlation of independent values then has a standard deviation of 0.016.
SAMPLES = 4_096
MINIMUM_VALUES = 500  # of a kernel; the correlation of fewer values is too uncertain
# Mean correlation of the kernels from which two networks count as nearly the same (docs/teaching.md has measurements).
NEARLY_SAME = 0.5

Sample = dict[str, np.ndarray]  # by the kernel's number and shape


@dataclass(frozen=True)
class Pair:
    """Two submissions whose networks of a role are the same or nearly the same.

    first, second: their keys. correlation: mean over the kernels; 1 for the same weights.
    is_same: whether all weights are equal.
    """

    first: str
    second: str
    role: str
    correlation: float
    is_same: bool


def hash_weights(network: Network[np.ndarray]) -> str:
    """Return a hash of all arrays of a network in order, as float32; their names are ignored."""
    digest = hashlib.sha256()
    for layer in network.plain_layers():
        for weight in layer.weights:
            digest.update(repr(weight.shape).encode())
            digest.update(np.ascontiguousarray(weight, np.float32).tobytes())
    return digest.hexdigest()


def sample_kernels(network: Network[np.ndarray]) -> Sample:
    """Return evenly spaced values of each kernel, float32 (`SAMPLES`,), with the mean 0 and the length 1.

    Kernels that are constant, or not finite, are left out.
    """
    samples = {}
    kernels = [weight for layer in network.plain_layers() for weight in layer.weights if weight.ndim > 1]
    for number, kernel in enumerate(kernels):
        if kernel.size < MINIMUM_VALUES:
            continue
        positions = np.linspace(0, kernel.size - 1, SAMPLES).astype(int)
        values = kernel.ravel()[positions].astype(np.float64)
        values -= values.mean()
        length = float(np.linalg.norm(values))
        if np.isfinite(length) and length > 0:
            samples[f"{number} {'x'.join(map(str, kernel.shape))}"] = (values / length).astype(np.float32)
    return samples


def find_pairs(role: str, hashes: Mapping[str, str], samples: Mapping[str, Sample]) -> list[Pair]:
    """Return the pairs of submissions whose networks of this role are the same or nearly the same.

    hashes, samples: of each submission, by its key. Only networks with the same kernels are compared.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for key, sample in samples.items():
        groups.setdefault(tuple(sample), []).append(key)
    pairs = []
    for kernels, keys in groups.items():
        correlations = _mean_correlations([samples[key] for key in keys], kernels)
        for i, first in enumerate(keys):  # in the order of the class, for every role
            for j, second in enumerate(keys[i + 1 :], i + 1):
                is_same = hashes[first] == hashes[second]
                if is_same or correlations[i, j] >= NEARLY_SAME:
                    correlation = 1.0 if is_same else float(correlations[i, j])
                    pairs.append(Pair(first, second, role, round(correlation, 4), is_same))
    return sorted(pairs, key=lambda pair: (-pair.correlation, pair.first, pair.second))


def _mean_correlations(samples: Sequence[Sample], kernels: Sequence[str]) -> np.ndarray:
    """Return the correlations of each two networks, the mean over their kernels, float (n, n)."""
    if not kernels:
        return np.zeros((len(samples), len(samples)))
    stacks = (np.stack([sample[kernel] for sample in samples]) for kernel in kernels)
    return np.mean([stack @ stack.T for stack in stacks], axis=0)
