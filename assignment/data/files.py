"""Reads a file of a public data set and compares its arrays with the published ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment.data import idx, tables
from assignment.errors import AssignmentError, os_reason
from assignment.storage.reading import Malformed

Shape = tuple[int, ...]
# The four arrays of a data set, in this order everywhere.
ARRAYS = ("training images", "training labels", "test images", "test labels")
SHAPES: tuple[Shape, ...] = ((60_000, 28, 28), (60_000,), (10_000, 28, 28), (10_000,))


class DataFile(NamedTuple):
    """A file that holds some of the four arrays.

    read(path, shapes): returns the IDX contents of these arrays; reads no more than the published shapes need.
    arrays: which of the four.
    """

    name: str
    read: Callable[[Path, Sequence[Shape]], list[bytes]]
    arrays: slice


class Advice(NamedTuple):
    """What an error says after naming the file.

    if_damaged: what to do about a damaged file.
    if_known: for each MD5 of another published file, what the file is and what to do.
    """

    if_damaged: str
    if_known: Mapping[str, str]


def idx_files(names: Sequence[str], suffix: str = "") -> list[DataFile]:
    """Return the four IDX files with these names."""
    return [DataFile(name + suffix, _read_idx, slice(number, number + 1)) for number, name in enumerate(names)]


def archive_files(name: str) -> list[DataFile]:
    """Return the NumPy archive of all four arrays, as Keras distributes it."""
    return [DataFile(name, tables.read_archive, slice(0, 4))]


def csv_files(data_set: str) -> list[DataFile]:
    """Return the two tables of a data set, as Kaggle distributes them."""
    return [
        DataFile(f"{data_set}_train.csv", tables.read_csv, slice(0, 2)),
        DataFile(f"{data_set}_test.csv", tables.read_csv, slice(2, 4)),
    ]


def load(paths: Sequence[Path], file: DataFile, md5s: Sequence[str], advice: Advice) -> list[np.ndarray]:
    """Return the arrays of the first of some copies of a file that has the published content.

    md5s: those of the four IDX files. Raises AssignmentError, about the first copy, if there is none.
    """
    errors = []
    for path in paths:
        try:
            return _load(path, file, md5s, advice)
        except AssignmentError as error:
            errors.append(error)
    raise errors[0]


def _load(path: Path, file: DataFile, md5s: Sequence[str], advice: Advice) -> list[np.ndarray]:
    try:
        contents = file.read(path, SHAPES[file.arrays])
        for number, content in zip(range(len(SHAPES))[file.arrays], contents):
            md5 = idx.md5(content)
            if md5 == md5s[number]:
                continue
            if md5 in advice.if_known:
                raise AssignmentError(f"{path} {advice.if_known[md5]}.")
            raise Malformed(_difference(idx.parse(content).shape, number))
        return [idx.parse(content) for content in contents]
    except Malformed as error:
        raise AssignmentError(f"{path} is damaged or another file ({error}); {advice.if_damaged}.") from error
    except OSError as error:
        reason = os_reason(error)
        raise AssignmentError(f"{path} cannot be read ({reason}); make it readable or fetch it again.") from error


def _read_idx(path: Path, shapes: Sequence[Shape]) -> list[bytes]:
    return [idx.read_content(path, idx.size(shape)) for shape in shapes]


def _difference(shape: Shape, number: int) -> str:
    reason = f"the MD5 of its {ARRAYS[number]} is not the published one"
    if shape == SHAPES[number]:
        return reason
    sizes, published = (" x ".join(f"{size:,}" for size in each) for each in (shape, SHAPES[number]))
    return f"{reason}: they are {sizes}, not {published}"
