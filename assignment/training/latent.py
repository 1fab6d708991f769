"""Paths through the latent space from one noise vector to another."""

from __future__ import annotations

import numpy as np


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
