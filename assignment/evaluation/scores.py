"""Records of the metrics of a generator, and how the metrics are named for users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

CONFIDENCE = 0.9  # probability of the recognized class from which an image counts as recognized with confidence


class Scores(NamedTuple):
    """The metrics of one draw of images, compared with the real images.

    judge_fid: Fréchet distance in the judge's features, 0 or more; is not comparable with published FIDs.
    kernel_distance: unbiased kernel distance in the same features, near 0 for equal distributions.
    precision, recall: by the 3 nearest neighbors, in 0..1.
    confident: share of the images that the judge recognizes with a confidence of `CONFIDENCE` or more, as any class.
    agreement: share recognized as the class that they should show; NaN if there is no such class.
    classes: number of classes that reach a tenth of their real share.
    smallest_share: share of the rarest class.
    diversity: mean distance within a class, divided by that of real images.
    """

    judge_fid: float
    kernel_distance: float
    precision: float
    recall: float
    confident: float
    agreement: float
    classes: float
    smallest_share: float
    diversity: float


# Metric name: title for users, number of decimals.
METRICS = {
    "judge_fid": ("judge FID", 2),
    "kernel_distance": ("kernel distance (KID)", 3),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "confident": (f"recognized with confidence >= {CONFIDENCE}", 3),
    "agreement": ("recognized as the right class", 3),
    "classes": ("number of classes covered", 1),
    "smallest_share": ("share of the rarest class", 3),
    "diversity": ("diversity within a class", 3),
}
METRICS_OVER_TIME = ("judge_fid", "precision", "recall", "agreement", "diversity")  # columns of the table over epochs
MAX_ROWS = 20  # of the table over epochs; with a grid after every epoch it could have 300

Item = TypeVar("Item")


@dataclass(frozen=True)
class ScoreRange:
    """The mean, minimum and maximum of one metric over several draws."""

    mean: float
    lowest: float
    highest: float

    def format(self, decimals: int) -> str:
        """Return the mean with its range, as in `12.31 (11.90 to 12.84)`."""
        return f"{self.mean:.{decimals}f} ({self.lowest:.{decimals}f} to {self.highest:.{decimals}f})"


@dataclass(frozen=True)
class Copying:
    """How near generated images are to the training images.

    nearest: median distance of a generated image to the nearest training image (root mean square over the pixels).
    floor: the same for real images.
    copies: share of the generated images that are nearer to a training image than 99 % of the real ones are.
    """

    nearest: float
    floor: float
    copies: float


def summarize(draws: Sequence[Scores]) -> dict[str, ScoreRange]:
    """Return the range of every metric over the draws, by name; metrics with a NaN are left out."""
    values = {name: np.array([getattr(draw, name) for draw in draws]) for name in Scores._fields}
    return {
        name: ScoreRange(float(scores.mean()), float(scores.min()), float(scores.max()))
        for name, scores in values.items()
        if not np.isnan(scores).any()
    }


def evenly_spaced(items: Sequence[Item], limit: int = MAX_ROWS) -> list[Item]:
    """Return at most `limit` items (2 or more), evenly spaced, always with the first and the last."""
    if len(items) <= limit:
        return list(items)
    return [items[round(position * (len(items) - 1) / (limit - 1))] for position in range(limit)]
