"""Reading arrays that others may have changed: NumPy's .npz format, uncompressed and without pickles."""

from __future__ import annotations

from math import prod
from pathlib import Path
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import numpy as np

from assignment.storage.reading import Malformed


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays that `np.savez` wrote, by name. They never take more memory than the file has bytes.

    Raises Malformed if the file is damaged, or has other contents. Raises OSError if it cannot be read.
    """
    try:
        _check_members(path)
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored)
    except (KeyError, TypeError, ValueError, RuntimeError, EOFError, BadZipFile) as error:
        raise Malformed(f"{path.name} contains no arrays that np.savez wrote: {error}") from error


def _check_members(path: Path) -> None:
    """Raise ValueError if an array claims to be larger than the part of the file that stores it."""
    with ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != ZIP_STORED:
                raise ValueError(f"{member.filename} is compressed")
            with archive.open(member) as file:
                version = np.lib.format.read_magic(file)
                read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
                shape, _, dtype = read_header[version](file)
                size = file.tell() + dtype.itemsize * prod(shape)
            if size != member.file_size:
                raise ValueError(f"{member.filename} is not an array as np.savez stores it")
