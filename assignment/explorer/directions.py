"""The directions of a generator's noise that change its images most."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from assignment.foreign import forward
from assignment.foreign.network import Network
from assignment.foreign.refused import Refused

DIRECTIONS = 6  # more change the trousers too little to see
BASES = 8  # random noise vectors at which the changes are measured
STEP = 0.1  # along each axis; the mean change is the same to 1 % with 0.03
SEED = 0
SMALLEST = 1e-12  # sum of squares; a generator whose images are all the same has shares of 0


class Directions(NamedTuple):
    """Directions in the noise, the strongest first.

    vectors: float64 (count, latent_dim), of length 1, at right angles to each other.
    shares: the share of all change of the images that each is responsible for, 0..1.
    """

    vectors: np.ndarray
    shares: np.ndarray


def find_directions(
    network: Network[np.ndarray],
    latent_dim: int,
    classes: int = 0,
    on_progress: Callable[[float], None] = lambda share: None,
) -> Directions:
    """Return the directions along which the images change most, on average over random noise and all labels.

    They are the eigenvectors of the mean of J^T J, where J is the derivative of the pixels with respect to the noise.

    network: the generator; it takes noise (n, latent_dim) and, if there are `classes`, labels (n, 1).
    on_progress: called with the share that is done, 0..1.
    Raises Refused if the images are not finite.
    """
    random = np.random.default_rng(SEED)
    change = np.zeros((latent_dim, latent_dim))
    for base in range(BASES):
        noise = random.standard_normal(latent_dim).astype(np.float32)
        noises = np.concatenate([noise[np.newaxis], noise + STEP * np.eye(latent_dim, dtype=np.float32)])
        inputs = [noises]
        if classes:
            inputs.append(np.full((len(noises), 1), base % classes, np.int32))
        (images,) = forward.run(network, inputs)
        start, *moved = images.reshape(len(noises), -1)
        with np.errstate(all="ignore"):
            derivative = (np.stack(moved) - start) / STEP  # (latent_dim, pixels)
            change += derivative @ derivative.T / BASES
        on_progress((base + 1) / BASES)
    if not np.isfinite(change).all():
        raise Refused("its images are NaN or infinite, so its training diverged, or the file is damaged")
    strengths, vectors = np.linalg.eigh(change)  # ascending
    strongest = vectors.T[::-1][:DIRECTIONS]
    signs = np.sign(strongest[np.arange(len(strongest)), np.abs(strongest).argmax(axis=1)])
    return Directions(strongest * signs[:, np.newaxis], strengths[::-1][:DIRECTIONS] / max(strengths.sum(), SMALLEST))
