"""The other files that hold these data sets: Keras' archive of four arrays, and tables of comma-separated values.

Both are read as the contents of the IDX files with the same values, whose MD5 is published. `shapes` are those of the
published arrays; no more is read than they need.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from assignment.data import idx
from assignment.storage.reading import Malformed

ARCHIVE_KEYS = ("x_train", "y_train", "x_test", "y_test")  # the arrays of an archive, in the order of the IDX files
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those of NumPy; zipfile cannot limit the others
HEADER_LIMIT = 2**16  # bytes for the headers of an archive, an array or a table
VALUE_CHARACTERS = 4  # "255,"


def read_archive(path: Path, shapes: Sequence[tuple[int, ...]]) -> list[bytes]:
    """Return the IDX contents of the four arrays in an `.npz` archive; only arrays of unsigned bytes are read.

    Raises Malformed if they cannot be read or are larger than `shapes`; see `idx.read_content` for other errors.
    """
    content = idx.read_content(path, sum(map(prod, shapes)) + len(shapes) * HEADER_LIMIT)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [_read_array(archive, key, prod(shape)) for key, shape in zip(ARCHIVE_KEYS, shapes)]
    except Malformed:
        raise
    except Exception as error:  # zipfile, zlib, NumPy and Python's parser raise different ones for a damaged file
        raise Malformed("it cannot be read") from error


def _read_array(archive: zipfile.ZipFile, key: str, maximum: int) -> bytes:
    """Return the IDX content of one array with at most `maximum` values."""
    if f"{key}.npy" not in archive.namelist():
        raise Malformed(f"it has no array {key}")
    member = archive.getinfo(f"{key}.npy")
    if member.compress_type not in COMPRESSIONS:
        raise Malformed("it is compressed in another way than NumPy's archives")
    with archive.open(member) as file:
        content = file.read(maximum + HEADER_LIMIT + 1)
    if len(content) > maximum + HEADER_LIMIT:
        raise Malformed(f"its {key} has more than {maximum:,} bytes")
    start = io.BytesIO(content)
    if npy.read_magic(start) != (1, 0):
        raise Malformed(f"its {key} has another version of NumPy's format")
    shape, is_fortran, dtype = npy.read_array_header_1_0(start)
    if dtype != np.uint8:  # before the values are read: objects would run code
        raise Malformed(f"its {key} has values of type {dtype.name}, not uint8")
    values = np.frombuffer(content, np.uint8, offset=start.tell())
    return idx.encode(values.reshape(shape, order="F" if is_fortran else "C"))


def read_csv(path: Path, shapes: Sequence[tuple[int, ...]]) -> list[bytes]:
    """Return the IDX contents of the images and the labels in a table, with or without a line of names.

    A row is one image: its label, then its pixels. shapes: those of the images and of the labels.
    Raises Malformed if the table has other columns or values; see `idx.read_content` for other errors.
    """
    rows, *image = shapes[0]
    columns = 1 + prod(image)
    content = idx.read_content(path, rows * (VALUE_CHARACTERS * columns + 1) + HEADER_LIMIT)
    try:
        lines = content.decode("utf-8-sig").strip().split("\n", rows + 1)
    except UnicodeDecodeError as error:
        raise Malformed("it is not a text file") from error
    if any(character.isalpha() for character in lines[0][:columns]):
        del lines[0]
    if not any(lines):
        raise Malformed("it has no rows")
    if len(lines) > rows:
        raise Malformed(f"it has more than {rows:,} rows")
    for line in lines:
        if line.count(",") != columns - 1:
            raise Malformed(f"a row has {line.count(',') + 1:,} values, not {columns}")
        if len(line) > 2 * VALUE_CHARACTERS * columns:
            raise Malformed("a row has too many characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)  # NumPy 1 warns of 1.0 and 256, NumPy 2 refuses them
            values = np.loadtxt(lines, np.uint8, delimiter=",", comments=None, ndmin=2)
    except (ValueError, DeprecationWarning) as error:
        raise Malformed("a value is not a whole number from 0 to 255") from error
    return [idx.encode(values[:, 1:].reshape(-1, *image)), idx.encode(values[:, 0])]
