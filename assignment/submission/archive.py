"""A ZIP file whose bytes depend only on its content: the same run gives the same bytes on every machine."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from assignment.storage.files import replacing

DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP file can have; the times of the files are left out
UNIX = 3  # the system that the ZIP file names, so that Windows writes the same bytes
PERMISSIONS = 0o100644 << 16  # a regular file that others can read
# Bytes around each file: its local header (30) and its entry in the directory (46), each with the name; and the end.
ENTRY_BYTES, END_BYTES = 30 + 46, 22


def write_archive(path: Path, files: Mapping[str, Path | bytes]) -> None:
    """Write files into a ZIP file, uncompressed and in this order; an existing one is replaced atomically.

    files: the path of each file by its name in the ZIP file, or its content.
    Weights and pictures hardly become smaller, and without compression the bytes do not depend on a library's version.
    """
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system, entry.external_attr = UNIX, PERMISSIONS
            if isinstance(content, bytes):
                archive.writestr(entry, content)
                continue
            entry.file_size = content.stat().st_size
            with content.open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)


def archive_bytes(files: Mapping[str, int]) -> int:
    """Return the size in bytes of a ZIP file with files of these sizes."""
    return sum(size + ENTRY_BYTES + 2 * len(name.encode()) for name, size in files.items()) + END_BYTES
