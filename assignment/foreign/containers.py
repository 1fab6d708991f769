"""What a file is, by its first bytes, and the HDF5 content of a file of Keras: all of it, or a part of an archive."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assignment.foreign.hdf5 import SIGNATURE
from assignment.foreign.refused import Refused

MAX_FILE_BYTES = 2**30  # the sheet's larger network has 27 MB, with its optimizer's state 80 MB
MAX_TEXT_BYTES = 2**20  # of a configuration; the sheet's has 8 kB
MAX_ARCHIVE_BYTES = 2**27  # of the weights in an archive, unpacked; they are read into memory
MAX_ARCHIVE_FILES = 20  # Keras writes three
START_BYTES = 64  # of a file, to tell what it is; the longest mark has 44
GIT_LFS = b"version https://git-lfs.github.com/spec/"
ZIP = b"PK\x03\x04"
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may need gigabytes of memory
CONFIGURATION, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


@dataclass(frozen=True)
class Container:
    """The content of a file of Keras.

    file, size: the HDF5 content, and its number of bytes.
    configuration, metadata: the JSON texts of a .keras archive; None for a file that is HDF5 itself.
    """

    file: BinaryIO
    size: int
    configuration: bytes | None = None
    metadata: bytes | None = None


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """Yield the content of a file of Keras.

    Raises Refused, which says what it is instead, for another file, and OSError if it cannot be read.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait forever
        kind = "folder" if path.is_dir() else "pipe, a socket or a device"
        raise Refused(f"it is a {kind}, but a file is expected")
    if status.st_size > MAX_FILE_BYTES:
        raise Refused(f"it has more than {MAX_FILE_BYTES:,} bytes")
    with path.open("rb") as file:
        start = file.read(START_BYTES)
        file.seek(0)
        if start.startswith(SIGNATURE):
            yield Container(file, status.st_size)
        elif start.startswith(ZIP):
            yield _archive(file)
        else:
            raise Refused(_other_file(start))


def _archive(file: BinaryIO) -> Container:
    try:
        with zipfile.ZipFile(file) as archive:
            members = {member.filename: member for member in archive.infolist()}
            if len(members) > MAX_ARCHIVE_FILES or CONFIGURATION not in members or WEIGHTS not in members:
                raise Refused(_other_archive(list(members)))
            texts = [_member(archive, name, MAX_TEXT_BYTES) for name in (CONFIGURATION, METADATA) if name in members]
            weights = _member(archive, WEIGHTS, MAX_ARCHIVE_BYTES)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:  # damaged, encrypted, unknown compression
        raise Refused("it is a damaged or encrypted ZIP archive; copy it again") from error
    return Container(io.BytesIO(weights), len(weights), texts[0], texts[1] if len(texts) > 1 else b"{}")


def _member(archive: zipfile.ZipFile, name: str, maximum: int) -> bytes:
    """Return a file of an archive. Never unpacks more than `maximum` bytes, whatever size the archive states."""
    content = b""
    if archive.getinfo(name).compress_type not in COMPRESSIONS:
        raise Refused(f"its {name} is compressed in a way that Keras does not use")
    if archive.getinfo(name).file_size <= maximum:
        with archive.open(name) as member:
            content = member.read(maximum + 1)
    if not 0 < len(content) <= maximum:
        raise Refused(f"its {name} is empty or has more than {maximum:,} bytes")
    return content


def _other_archive(names: list[str]) -> str:
    if names and all(name.endswith(".npy") for name in names):
        return "it is a file of NumPy arrays"
    return "it is a ZIP archive; unpack it, and give the file in it"


def _other_file(start: bytes) -> str:
    if not start:
        return "it is empty; copy it again"
    if start.startswith(GIT_LFS):
        return "it is a Git LFS pointer instead of the file; run `git lfs pull` in the folder of the repository"
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "it is a web page; download the file itself"
    return "it is not a file of Keras (.h5 or .keras)"
