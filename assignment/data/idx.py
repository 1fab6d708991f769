"""The IDX file format of the MNIST family, read and checked.

Format: http://yann.lecun.com/exdb/mnist/ ("the IDX file format"): two zero bytes, a type byte (8: unsigned byte), the
number of dimensions, each dimension as a big-endian 32-bit integer, then the values.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np

from assignment.errors import AssignmentError

UNSIGNED_BYTE = 8


def read_bytes(path: Path) -> bytes:
    """The unpacked bytes of an IDX file, gzipped or not. Raises AssignmentError, naming a file that is damaged."""
    try:
        packed = path.read_bytes()
        return gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise AssignmentError(f"{path} is damaged (it does not unpack); delete it and fetch it again.") from error
    except OSError as error:
        raise AssignmentError(f"{path} cannot be read ({(error.strerror or str(error)).lower()}).") from error


def parse(content: bytes, path: Path) -> np.ndarray:
    """The array of unsigned bytes in an IDX file's unpacked content; `path` is only named in errors.

    Raises AssignmentError when the header or the length is not that of such a file.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE:
        raise AssignmentError(f"{path} is damaged (it does not start as IDX files do); delete it and fetch it again.")
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise AssignmentError(f"{path} is damaged (it ends within its header); delete it and fetch it again.")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    if len(content) - start != prod(shape):
        raise AssignmentError(
            f"{path} is damaged (it holds {len(content) - start:,} values where its header says {prod(shape):,});"
            " delete it and fetch it again."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def content_of(array: np.ndarray) -> bytes:
    """The content of the IDX file that would hold an array: what its published MD5 is of."""
    header = bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + np.ascontiguousarray(array, np.uint8).tobytes()


def md5(content: bytes) -> str:
    """The MD5 of unpacked content in hexadecimal: against damage, not against malice."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
