"""Paths through the latent space from one noise vector to another."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

UNIFORM_NOISE = "uniform-noise"  # the practice whose noise is uniform in -1..1
PLANE_TILES = 7  # points of a plane in each direction that are drawn
PLANE_REACH = 1.2  # from the center of a plane to its edge, in lengths of the vectors that span it


def straight_line(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Return `steps` evenly spaced points on the line from `start` to `end`, float32 (steps, dimensions).

    The middle of the line is closer to 0 than almost any noise that the generator was trained on.
    Source: the lecture notebook, section 7.
    """
    fraction = np.linspace(0, 1, steps)[:, np.newaxis]
    return ((1 - fraction) * start + fraction * end).astype(np.float32)


def great_circle(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Return `steps` points on the great circle from `start` to `end`, float32 (steps, dimensions).

    The angles are evenly spaced, and the lengths are interpolated linearly.
    Source: Shoemake 1985 ("slerp"). Raises ValueError if the points are opposite each other, or one of them is 0.
    """
    start_length, end_length = np.linalg.norm(start), np.linalg.norm(end)
    if min(start_length, end_length) == 0:
        raise ValueError("a great circle does not pass through 0")
    start_direction, end_direction = start / start_length, end / end_length
    angle = np.arccos(np.clip(start_direction @ end_direction, -1, 1))
    if np.isclose(angle, np.pi):
        raise ValueError("there is more than one great circle between opposite points")
    fraction = np.linspace(0, 1, steps)[:, np.newaxis]
    if np.isclose(angle, 0):
        directions = (1 - fraction) * start_direction + fraction * end_direction
    else:
        start_part = np.sin((1 - fraction) * angle) * start_direction
        end_part = np.sin(fraction * angle) * end_direction
        directions = (start_part + end_part) / np.sin(angle)
    return (directions * ((1 - fraction) * start_length + fraction * end_length)).astype(np.float32)


def typical_length(latent_dim: int, practices: Collection[str] = ()) -> float:
    """Return the length of a typical noise vector: each value has variance 1, or 1/3 if it is uniform in -1..1."""
    return math.sqrt(latent_dim / (3 if UNIFORM_NOISE in practices else 1))


def plane(vectors: np.ndarray, tiles: int, length: float) -> np.ndarray:
    """Return noise on a plane through the latent space, float32 (tiles * tiles, dimensions), row by row.

    Each point is moved to `length`, which random noise nearly always has.

    vectors: (3, dimensions): the plane's center and the two vectors that span it, to the right and down.
    """
    center, right, down = vectors.astype(np.float64)
    steps = PLANE_REACH * ((2 * np.arange(tiles) + 1) / tiles - 1)  # the middles of the tiles
    points = center + steps[np.newaxis, :, np.newaxis] * right + steps[:, np.newaxis, np.newaxis] * down
    points *= length / np.linalg.norm(points, axis=-1, keepdims=True)  # (tiles, tiles, dimensions)
    return points.reshape(tiles * tiles, -1).astype(np.float32)
