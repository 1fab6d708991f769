"""The metrics of a lab's trials over the epochs. curves.csv keeps them if a run's folder is deleted."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment.storage.files import replacing
from assignment.storage.reading import read_table


class CurvePoint(NamedTuple):
    """The metrics of one trial after one epoch, from one draw of images. The fields are the columns of curves.csv."""

    practice: str
    seed: int
    epoch: float
    judge_fid: float
    precision: float
    recall: float
    diversity: float


METRICS = CurvePoint._fields[3:]


class Curve(NamedTuple):
    """One metric of a practice over the epochs: the mean over the seeds, the lowest and the highest value."""

    epochs: Sequence[float]
    mean: Sequence[float]
    lowest: Sequence[float]
    highest: Sequence[float]


def write_curves(path: Path, points: Iterable[CurvePoint]) -> None:
    """Write curves.csv."""
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines)
        writer.writerow(CurvePoint._fields)
        writer.writerows(sorted(points))


def read_curves(path: Path) -> list[CurvePoint]:
    """Return what `write_curves` wrote; nothing if there is no file.

    Raises ValueError, which names the file and the line, if it is not such a table, and AssignmentError if it is not a
    regular file.
    """
    try:
        table = csv.reader(read_table(path))
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise ValueError(f"{path} is not a lab's table of curves: it is not a text file, or too long") from error
    points: dict[tuple[str, int, float], CurvePoint] = {}
    try:
        if tuple(next(table, ())) != CurvePoint._fields:
            raise ValueError("other columns")
        for practice, seed, *numbers in table:
            point = CurvePoint(practice, int(seed), *map(float, numbers))
            if not np.isfinite(point[2:]).all() or point.epoch < 0:
                raise ValueError("impossible values")
            if points.setdefault(point[:3], point) is not point:
                raise ValueError("two rows of one epoch")
    except (csv.Error, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a lab's table of curves (line {max(table.line_num, 1)})") from error
    return list(points.values())


def curve(points: Iterable[CurvePoint], practice: str, metric: str) -> Curve:
    """Return a metric of a practice over the epochs that all its seeds have; the untrained generator is left out."""
    by_seed: dict[int, dict[float, float]] = {}
    for point in points:
        if point.practice == practice and point.epoch > 0:
            by_seed.setdefault(point.seed, {})[point.epoch] = getattr(point, metric)
    epochs = sorted(set.intersection(*map(set, by_seed.values()))) if by_seed else []
    values = np.array([[measured[epoch] for epoch in epochs] for measured in by_seed.values()])  # (seeds, epochs)
    if not epochs:
        return Curve([], [], [], [])
    return Curve(epochs, values.mean(axis=0).tolist(), values.min(axis=0).tolist(), values.max(axis=0).tolist())
