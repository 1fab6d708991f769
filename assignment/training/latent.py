"""Paths through the latent space, from one noise to another."""

from __future__ import annotations

import numpy as np


def straight_line(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """`steps` points from `start` to `end`, float32 (steps, dimensions), in even steps: `start` * (1 - r) + `end` * r.

    In the middle it passes nearer to 0 than almost any noise that a generator was trained on. Source: the lecture's
    notebook, section 7.
    """
    share = np.linspace(0, 1, steps)[:, np.newaxis]
    return ((1 - share) * start + share * end).astype(np.float32)


def great_circle(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """`steps` points from `start` to `end`, (steps, dimensions), at even angles and of lengths between theirs.

    Source: Shoemake 1985 ("slerp"). Raises ValueError for points that lie opposite each other, or at 0.
    """
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    if min(lengths) == 0:
        raise ValueError("a great circle does not pass through 0")
    one, other = start / lengths[0], end / lengths[1]
    angle = np.arccos(np.clip(one @ other, -1, 1))
    if np.isclose(angle, np.pi):
        raise ValueError("there is more than one great circle between opposite points")
    share = np.linspace(0, 1, steps)[:, np.newaxis]
    if np.isclose(angle, 0):
        directions = (1 - share) * one + share * other
    else:
        directions = (np.sin((1 - share) * angle) * one + np.sin(share * angle) * other) / np.sin(angle)
    return (directions * ((1 - share) * lengths[0] + share * lengths[1])).astype(np.float32)
