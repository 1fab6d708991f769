"""The structure of an HDF5 file: its groups, their attributes, and where the values of each array are in the file.

pyfive, written in Python, reads the structure. It cannot follow a link to another file, and a damaged file raises an
exception instead of ending the process, which the HDF5 library does not promise (docs/security.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pyfive

from assignment.foreign.refused import Refused

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAX_OBJECTS = 5_000  # groups and arrays; the largest of the tests' saved files has 44
MAX_DEPTH = 12  # groups in groups; the deepest of the tests' saved files has 6
MAX_RANK = 8  # dimensions of an array; a convolution's kernel has 4
CONTIGUOUS = 1  # the layout of an array whose values lie together; Keras writes no other
ARRAY_DTYPES = frozenset(
    {"float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint32", "uint64"}
)


@dataclass(frozen=True)
class StoredArray:
    """An array in a file: its shape, the name of its dtype, and where its values begin."""

    shape: tuple[int, ...]
    dtype: str
    offset: int

    @property
    def size(self) -> int:
        """The number of values, an exact integer however large the shape is."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """The number of bytes of all values."""
        return self.size * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class Group:
    """A group of an HDF5 file, with all groups and arrays in it, in the order of the file."""

    attributes: dict[str, Any]
    groups: dict[str, Group]
    arrays: dict[str, StoredArray]

    def find(self, path: str) -> StoredArray | None:
        """Return the array at a path as in "dense/kernel:0", None if there is none."""
        *folders, name = path.split("/")
        group: Group | None = self
        for folder in folders:
            group = group.groups.get(folder) if group else None
        return group.arrays.get(name) if group else None

    def all_arrays(self) -> Iterator[StoredArray]:
        """Return every array in this group and the groups in it."""
        yield from self.arrays.values()
        for group in self.groups.values():
            yield from group.all_arrays()


def read_structure(file: BinaryIO, size: int) -> Group:
    """Return the root group of an HDF5 file of `size` bytes. No array is read.

    Raises Refused for links, for arrays outside the file, or that are compressed, too many or larger than the file, and
    any exception for a damaged file.
    """
    counter = _Counter(size)
    root = _read_group(pyfive.File(file), counter, depth=0)
    if sum(array.nbytes for array in root.all_arrays()) > size:  # several names for the same values
        raise Refused("its arrays are larger than the file")
    return root


class _Counter:
    """Counts the objects of a file of `file_size` bytes."""

    def __init__(self, file_size: int):
        self.file_size, self.objects = file_size, 0

    def count(self) -> None:
        self.objects += 1
        if self.objects > MAX_OBJECTS:
            raise Refused(f"it has more than {MAX_OBJECTS:,} groups and arrays")


def _read_group(group: pyfive.Group, counter: _Counter, depth: int) -> Group:
    if depth > MAX_DEPTH:
        raise Refused(f"its groups are nested more than {MAX_DEPTH} deep")
    groups, arrays = {}, {}
    for name, target in group._links.items():  # pyfive has no public way to see links without following them
        counter.count()
        if not isinstance(target, int):
            raise Refused("it contains a link to another place")
        item = group[name]
        if isinstance(item, pyfive.Group):
            groups[name] = _read_group(item, counter, depth + 1)
        elif isinstance(item, pyfive.Dataset):
            arrays[name] = _read_array(item, counter.file_size)
        else:
            raise Refused("it contains an object that is neither a group nor an array")
    return Group(dict(group.attrs), groups, arrays)


def _read_array(dataset: pyfive.Dataset, file_size: int) -> StoredArray:
    stored = dataset.id
    if stored.layout_class != CONTIGUOUS or stored.filter_pipeline:
        raise Refused("it contains an array that is compressed or stored in parts")
    dtype = np.dtype(dataset.dtype)
    if dtype.name not in ARRAY_DTYPES or not dtype.isnative:
        name = "bfloat16 or another unknown type" if dtype.kind == "V" else str(dtype)[:40]
        raise Refused(f"it contains an array of {name}, but only real numbers are expected")
    shape = tuple(int(length) for length in dataset.shape)
    if len(shape) > MAX_RANK:
        raise Refused(f"it contains an array with {len(shape)} dimensions")
    array = StoredArray(shape, dtype.name, int(stored.data_offset))
    if array.nbytes and not 0 < array.offset <= file_size - array.nbytes:
        raise Refused("it contains an array whose values are not in the file")
    return array
