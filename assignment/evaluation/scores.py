"""What is measured of a generator, and how it is called: plain records, which every other part may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Measures(NamedTuple):
    """One draw of images beside the reference.

    `judge_fid` is the Fréchet distance in the judge's features, which is not comparable with published FIDs, and
    `kernel_distance` the unbiased one; `precision` and `recall` are those of 3 nearest neighbours; `certain` is the
    share that the judge recognises as any class with certainty, `agreement` that of what was asked for (NaN where
    nothing was); `classes` counts the classes that have a tenth of their real share, `smallest_share` is the share of
    the rarest; `diversity` is the mean distance within a class by the real one.
    """

    judge_fid: float
    kernel_distance: float
    precision: float
    recall: float
    certain: float
    agreement: float
    classes: float
    smallest_share: float
    diversity: float


# How each of them is called for people, and its decimals.
NAMES = {
    "judge_fid": ("judge FID", 2),
    "kernel_distance": ("kernel distance (KID)", 3),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "certain": ("recognised with certainty", 3),
    "agreement": ("recognised as what it should be", 3),
    "classes": ("classes covered", 1),
    "smallest_share": ("share of the rarest class", 3),
    "diversity": ("diversity within a class", 3),
}
MOST_ROWS = 20  # of a table of the training: a grid after every epoch would make it 300
OVER_TIME = ("judge_fid", "precision", "recall", "agreement", "diversity")  # in a table of the training


class Range(NamedTuple):
    """A figure's mean over several draws, the least and the most of them."""

    mean: float
    least: float
    most: float

    def told(self, decimals: int) -> str:
        """For people: `12.31 (11.90 to 12.84)`."""
        return f"{self.mean:.{decimals}f} ({self.least:.{decimals}f} to {self.most:.{decimals}f})"


class Copying(NamedTuple):
    """How far images are from the nearest training image, and how many of them are copies.

    `nearest` and `floor` are medians, in root-mean-square differences of pixels in [-1, 1]: of the generated images,
    and of real ones from the other training images. `copies` is the share of the generated ones that are nearer than
    99 % of those.
    """

    nearest: float
    floor: float
    copies: float


def summarised(draws: Sequence[Measures]) -> dict[str, Range]:
    """Every figure over the draws, by name; none for a figure that was not measured."""
    values = {name: np.array([getattr(draw, name) for draw in draws]) for name in Measures._fields}
    return {
        name: Range(float(of.mean()), float(of.min()), float(of.max()))
        for name, of in values.items()
        if not np.isnan(of).any()
    }


def thinned(things: Sequence, most: int = MOST_ROWS) -> list:
    """All of the things, or where they are more than `most`, as many from the first to the last."""
    if len(things) <= most:
        return list(things)
    return [things[round(place * (len(things) - 1) / (most - 1))] for place in range(most)]
