"""The IDX file format of MNIST and Fashion-MNIST.

A file has two zero bytes, a type byte (8: unsigned byte), the number of dimensions, each dimension as a big-endian
32-bit integer, then the values.
Source: http://yann.lecun.com/exdb/mnist/ ("the IDX file format").
"""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np

from assignment.storage.reading import Malformed, read_bytes

GZIP_MAGIC = b"\x1f\x8b"  # the first bytes of a gzip file
GZIP_OVERHEAD = 2**16  # bytes by which a gzip file of 50 MB can be larger than its content: a name and block headers
ZERO_BYTES = b"\0\0"  # the first bytes of an IDX file
UNSIGNED_BYTE = 8  # the type byte
HEADER_BYTES = 4  # before the dimensions
DIMENSION_BYTES = 4
DIMENSIONS = (1, 3)  # of labels and of images
# What people have in place of a data file, by its first bytes.
OTHER_FILES = ((b"<", "it is a web page"), (b"version https://git-lfs", "it is a Git LFS pointer"))


def read_content(path: Path, maximum: int) -> bytes:
    """Return the content of a file, decompressed if it is gzipped.

    It stops reading and decompressing at `maximum` bytes. Raises Malformed if there are more, or if they cannot be
    decompressed; AssignmentError if the file is not a regular file; OSError if it cannot be read.
    """
    content = read_bytes(path, maximum + GZIP_OVERHEAD)
    if content.startswith(GZIP_MAGIC):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                content = file.read(maximum + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise Malformed("it cannot be decompressed") from error
    if len(content) > maximum:
        raise Malformed(f"more than {maximum:,} bytes")
    return content


def parse(content: bytes) -> np.ndarray:
    """Return the array of unsigned bytes in the content of an IDX file, of images or of labels.

    Raises Malformed if the header or the length is wrong.
    """
    if len(content) < HEADER_BYTES or not content.startswith(ZERO_BYTES):
        seen = [kind for start, kind in OTHER_FILES if content.startswith(start)] if content else ["it is empty"]
        raise Malformed(": ".join(["it does not start like an IDX file", *seen]))
    if content[2] != UNSIGNED_BYTE:
        raise Malformed(f"its values have the type {content[2]} of the IDX format, not {UNSIGNED_BYTE}, unsigned bytes")
    dimensions = content[3]
    if dimensions not in DIMENSIONS:
        raise Malformed(f"it has {dimensions} dimensions, but images have 3 and labels have 1")
    start = HEADER_BYTES + DIMENSION_BYTES * dimensions
    if len(content) < start:
        raise Malformed("it ends within its header")
    shape = struct.unpack(f">{dimensions}I", content[HEADER_BYTES:start])
    if len(content) - start != prod(shape):
        raise Malformed(f"it has {len(content) - start:,} values, but its header says {prod(shape):,}")
    if not prod(shape):  # NumPy refuses some shapes with a 0
        raise Malformed("it has no values")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def encode(array: np.ndarray) -> bytes:
    """Return the content of the IDX file of an array of unsigned bytes; the published MD5 is that of this content."""
    header = ZERO_BYTES + bytes([UNSIGNED_BYTE, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + np.ascontiguousarray(array, np.uint8).tobytes()


def size(shape: tuple[int, ...]) -> int:
    """Return the bytes of the IDX file of an array with this shape."""
    return HEADER_BYTES + DIMENSION_BYTES * len(shape) + prod(shape)


def md5(content: bytes) -> str:
    """Return the MD5 of an IDX file's content in hexadecimal; it detects damage, not manipulation."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
