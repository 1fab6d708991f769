"""The IDX file format of MNIST and Fashion-MNIST.

A file has two zero bytes, a type byte (8: unsigned byte), the number of dimensions, each dimension as a big-endian
32-bit integer, then the values.
Source: http://yann.lecun.com/exdb/mnist/ ("the IDX file format").
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

GZIP_MAGIC = b"\x1f\x8b"  # the first bytes of a gzip file
ZERO_BYTES = b"\0\0"  # the first bytes of an IDX file
UNSIGNED_BYTE = 8  # the type byte
HEADER_BYTES = 4  # before the dimensions
DIMENSION_BYTES = 4


def read_bytes(path: Path) -> bytes:
    """Return the content of an IDX file, decompressed if it is gzipped.

    Raises AssignmentError, which names the file, if it is damaged or cannot be read.
    """
    try:
        stored = path.read_bytes()
        return gzip.decompress(stored) if stored.startswith(GZIP_MAGIC) else stored
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged(path, "it cannot be decompressed") from error
    except OSError as error:
        raise AssignmentError(f"{path} cannot be read ({(error.strerror or str(error)).lower()}).") from error


def parse(content: bytes, path: Path) -> np.ndarray:
    """Return the array of unsigned bytes in the content of an IDX file.

    Raises AssignmentError, which names `path`, if the header or the length is wrong.
    """
    if len(content) < HEADER_BYTES or not content.startswith(ZERO_BYTES) or content[2] != UNSIGNED_BYTE:
        raise _damaged(path, "it does not start like an IDX file")
    dimensions = content[3]
    start = HEADER_BYTES + DIMENSION_BYTES * dimensions
    if len(content) < start:
        raise _damaged(path, "it ends within its header")
    shape = struct.unpack(f">{dimensions}I", content[HEADER_BYTES:start])
    if len(content) - start != prod(shape):
        raise _damaged(path, f"it has {len(content) - start:,} values, but its header says {prod(shape):,}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def encode(array: np.ndarray) -> bytes:
    """Return the content of the IDX file of an array of unsigned bytes; the published MD5 is that of this content."""
    header = ZERO_BYTES + bytes([UNSIGNED_BYTE, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + np.ascontiguousarray(array, np.uint8).tobytes()


def md5(content: bytes) -> str:
    """Return the MD5 of an IDX file's content in hexadecimal; it detects damage, not manipulation."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _damaged(path: Path, reason: str) -> AssignmentError:
    return AssignmentError(f"{path} is damaged ({reason}); delete it and fetch it again.")
