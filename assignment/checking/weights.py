"""What the weights of a network reveal: whether it was trained at all, and whether they are numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from assignment.checking.answers import Finding
from assignment.foreign.kinds import weight_names
from assignment.foreign.network import Layer, Network

NEVER_TRAINED = "never trained"  # title of a finding
# What Keras initializes to a constant, and a training changes; a BatchNormalization's statistics come last.
UPDATED = ("bias", "beta", "gamma")
INITIAL = {"bias": 0, "beta": 0, "gamma": 1, "moving_mean": 0, "moving_variance": 1}
MINIMUM_VALUES = 50  # of a kernel; of fewer, the largest may be far below the limit by chance
# The largest of 50 values that are uniform within a limit is over 85 % of it, but for one network in 3,000.
FILLED = 0.85
# The standard deviation of 50 such values, divided by the limit, differs from 1/sqrt(3) by less, but for one in 3,000.
SPREAD_TOLERANCE = 0.15
ROUNDING = 1e-5  # of a limit that was computed in float32
EMBEDDING_LIMIT = 0.05  # Keras' default for embeddings: uniform within it
NOT_FINITE = "The training diverged, or the file is damaged. Copy the file again, or train it again."


def weight_findings(network: Network[np.ndarray], role: str) -> Iterator[Finding]:
    """Return what the weights reveal."""
    yield from _not_finite(network)
    trained = was_trained(network)
    if trained is False:
        yield _untrained(network, role)
    elif trained:
        yield from _unused_normalization(network)
    yield from _frozen(network)


def was_trained(network: Network[np.ndarray]) -> bool | None:
    """Return whether the weights show that the network was trained; None if they do not show it.

    An update changes every bias, and the scale and shift of every BatchNormalization. If the network has some, they
    decide, whatever the kernels are: True if one is not as Keras initializes it. Without any, False if every kernel is
    uniform within Glorot's limit, sqrt(6 / (inputs + outputs)); otherwise, the kernels may have another initialization.
    Source: Glorot and Bengio 2010, equation 16; Keras' default initializers.
    """
    layers = [layer for layer in network.plain_layers() if layer.weights]
    if any(_was_changed(layer, *UPDATED) for layer in layers):
        return True
    kernels = [weight for layer in layers for weight in layer.weights if weight.ndim > 1]
    if sum(kernel.size for kernel in kernels) < MINIMUM_VALUES or any(
        _was_changed(layer, *INITIAL) for layer in layers
    ):
        return None
    has_constants = any(set(UPDATED) & set(weight_names(layer.kind, layer.settings)) for layer in layers)
    return False if has_constants or _has_initial_kernels(network) else None


def _was_changed(layer: Layer[np.ndarray], *names: str) -> bool:
    """Return whether a weight with one of these names is not as Keras initializes it."""
    named = zip(weight_names(layer.kind, layer.settings), layer.weights)
    return any(not (weight == INITIAL[name]).all() for name, weight in named if name in names)


def _has_initial_kernels(network: Network[np.ndarray]) -> bool:
    """Return whether every kernel may be as Keras initializes it by default."""
    return all(
        _is_uniform(weight, _limit(layer, weight))
        for layer in network.plain_layers()
        for name, weight in zip(weight_names(layer.kind, layer.settings), layer.weights)
        if name not in (*INITIAL, "direction")
    )


def _limit(layer: Layer[np.ndarray], kernel: np.ndarray) -> float:
    """Return the limit within which Keras initializes a kernel."""
    if layer.kind == "Embedding":
        return EMBEDDING_LIMIT
    window = math.prod(kernel.shape[:-2])
    return math.sqrt(6 / (window * (kernel.shape[-2] + kernel.shape[-1])))


def _is_uniform(values: np.ndarray, limit: float) -> bool:
    """Return whether values may be uniform in -limit..limit."""
    largest = float(np.abs(values).max())
    if not largest <= limit * (1 + ROUNDING):
        return False
    if values.size < MINIMUM_VALUES:
        return True
    spread = float(values.astype(np.float64).std()) / limit
    return largest > FILLED * limit and abs(spread - 1 / math.sqrt(3)) < SPREAD_TOLERANCE


def _untrained(network: Network[np.ndarray], role: str) -> Finding:
    kernels = [weight for layer in network.plain_layers() for weight in layer.weights if weight.ndim > 1]
    scales = any(layer.kind == "BatchNormalization" for layer in network.plain_layers())
    numbers = "all biases are 0"
    if _has_initial_kernels(network):
        count = "its only kernel is" if len(kernels) == 1 else f"all {len(kernels)} kernels are"
        numbers = f"{count} uniform within the limits of the initialization, {numbers}"
    if scales:
        numbers += ", every BatchNormalization has scale 1, shift 0, mean 0, variance 1"
    meaning = "These are the weights before the first update."
    if role == "discriminator":
        meaning += (
            " On Keras 3 the textbook recipe does this: `discriminator.trainable = False`, set for the combined model,"
            " also stops the updates of the compiled discriminator. docs/keras3.md shows what works."
        )
    return Finding(NEVER_TRAINED, numbers, meaning)


def _unused_normalization(network: Network[np.ndarray]) -> Iterator[Finding]:
    normalizations = [layer for layer in network.plain_layers() if layer.kind == "BatchNormalization"]
    if normalizations and all((n.weights[-2] == 0).all() and (n.weights[-1] == 1).all() for n in normalizations):
        yield Finding(
            "BatchNormalization never saw a batch",
            f"all {len(normalizations)} have the mean 0 and the variance 1",
            "The moving averages were never updated, although the network was trained, so the saved network normalizes"
            " nothing, and its images differ from those of the training. Train in training mode.",
        )


def _not_finite(network: Network[np.ndarray]) -> Iterator[Finding]:
    bad = [
        (layer, int((~np.isfinite(weight)).sum()))
        for layer in network.plain_layers()
        for weight in layer.weights
        if not np.isfinite(weight).all()
    ]
    if bad:
        count = sum(number for _, number in bad)
        yield Finding(
            "NaN or infinite weights",
            f"{count:,} values in {len(bad)} arrays, the first in a {bad[0][0].kind}",
            NOT_FINITE,
        )


def _frozen(network: Network[np.ndarray]) -> Iterator[Finding]:
    layers = [layer for layer in network.plain_layers() if layer.weights]
    frozen = [layer for layer in layers if not layer.trainable]
    if frozen:
        yield Finding(
            "saved while frozen",
            f"{len(frozen)} of {len(layers)} layers with weights are not trainable",
            "It computes the same, but whoever loads it to train it further trains nothing. Set trainable = True before"
            " saving.",
            is_serious=False,
        )
