"""ZIP files that anyone may have made: their names are checked, and no more is unpacked than a limit allows.

Nothing is unpacked under a name that the ZIP file gives.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from assignment.errors import one_line

MAX_FILES = 2_000  # in a student's ZIP file; one of `assignment submit` has some 25
MAX_CLASS_FILES = 50_000  # in the ZIP file of a class; 300 students with 25 loose files each have 7,500
MAX_ARCHIVE_BYTES = 2**30  # of a student's ZIP file, and of what is unpacked from it; a submission has 45 MB
MAX_DIRECTORY_BYTES = 2**22  # of the list of files in it; a submission's has 2 kB
BLOCK_BYTES = 2**20
MAX_SHOWN = 60  # characters of a name in a message
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may need gigabytes of memory
# The last record of a ZIP file, its size, its longest comment, and what comes before it in the format for large files.
END_RECORD, END_SIZE, MAX_COMMENT, ZIP64_RECORD = b"PK\x05\x06", 22, 2**16, b"PK\x06\x07"
# What Python raises for ZIP files that are damaged, or of a kind that it does not know.
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
# Files that an operating system adds.
SYSTEM_FILES = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)", re.IGNORECASE)


class Unreadable(Exception):
    """Files that are not read; the message says why, in words that follow "it cannot be graded: "."""


def is_archive(name: str) -> bool:
    """Return whether a file is a ZIP file, by its name."""
    return name.lower().endswith(".zip")


def list_files(file: BinaryIO) -> list[zipfile.ZipInfo]:
    """Return the files in a student's ZIP file, without those that an operating system adds.

    Raises Unreadable if it is damaged, encrypted or too large, or if a name leads out of its folder.
    """
    _check_size(file)
    files = _entries(file)
    if len(files) > MAX_FILES:
        raise Unreadable(f"the ZIP file has {len(files):,} files, but at most {MAX_FILES:,} are expected")
    for entry in files:
        if problem := _problem(entry):
            raise Unreadable(problem)
    if len({entry.filename for entry in files}) < len(files):
        raise Unreadable("two files in the ZIP file have the same name")
    return files


def list_class(path: Path) -> tuple[list[zipfile.ZipInfo], list[str]]:
    """Return the files in the ZIP file of a class, and a sentence for each one that is not read.

    Raises Unreadable if it is damaged, and OSError if it cannot be opened.
    """
    with path.open("rb") as file:
        entries = _entries(file)
    if len(entries) > MAX_CLASS_FILES:
        raise Unreadable(f"the ZIP file has {len(entries):,} files, but at most {MAX_CLASS_FILES:,} are expected")
    good, problems = {}, []
    for entry in entries:
        problem = _problem(entry) or ("two files have this name" if entry.filename in good else "")
        if problem:
            problems.append(f"{shown(entry.filename)}: {problem}")
        else:
            good[entry.filename] = entry
    return list(good.values()), problems


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, maximum: int) -> int:
    """Write a file of a ZIP file to `target`; return its bytes.

    Raises Unreadable if it has more than `maximum` bytes, whatever the ZIP file states, or is damaged.
    """
    size = 0
    try:
        with archive.open(entry) as source, target.open("wb") as file:
            while block := source.read(BLOCK_BYTES):
                size += len(block)
                if size > maximum:
                    raise Unreadable(f"its files have more than {MAX_ARCHIVE_BYTES:,} bytes when they are unpacked")
                file.write(block)
    except ZIP_ERRORS as error:
        raise Unreadable(f"the ZIP file is damaged ({one_line(error)})") from error
    return size


def _entries(file: BinaryIO) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except ZIP_ERRORS as error:
        raise Unreadable("the ZIP file is damaged or incomplete") from error
    return [entry for entry in entries if not entry.is_dir() and not SYSTEM_FILES.search(entry.filename)]


def _check_size(file: BinaryIO) -> None:
    """Raise Unreadable if the list of files would take much memory, before it is read."""
    size = file.seek(0, 2)
    if size == 0:
        raise Unreadable("the ZIP file is empty")
    if size > MAX_ARCHIVE_BYTES:
        raise Unreadable(f"the ZIP file has more than {MAX_ARCHIVE_BYTES:,} bytes")
    file.seek(max(size - END_SIZE - MAX_COMMENT - END_SIZE, 0))
    end = file.read()
    if ZIP64_RECORD in end:
        raise Unreadable("the ZIP file has the format for very large files; make it again with `assignment submit`")
    # As Python does: without a comment, the record is at the end; otherwise it is the last one.
    without_comment = end[-END_SIZE:].startswith(END_RECORD) and end.endswith(b"\0\0")
    position = len(end) - END_SIZE if without_comment else end.rfind(END_RECORD)
    if 0 <= position <= len(end) - END_SIZE:
        directory_bytes = int.from_bytes(end[position + 12 : position + 16], "little")
        if directory_bytes > MAX_DIRECTORY_BYTES:
            raise Unreadable(f"the ZIP file has a list of files of {directory_bytes:,} bytes")
    file.seek(0)


def _problem(entry: zipfile.ZipInfo) -> str:
    """Return why a file is not read, "" if it may be."""
    name = entry.filename.replace("\\", "/")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.flag_bits & 1:
        return "the ZIP file is encrypted; ask for one without a password"
    if kind not in (0, stat.S_IFREG):
        return f"the ZIP file contains a link or a device ({shown(name)})"
    if ".." in PurePosixPath(name).parts or name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return f"the ZIP file contains a name that leads out of its folder ({shown(name)})"
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return f"the ZIP file contains a name with control characters ({shown(name)})"
    if entry.compress_type not in COMPRESSIONS:
        return f"the ZIP file uses an unusual compression ({shown(name)})"
    return ""


def shown(name: str) -> str:
    """Return a file's name as it may appear in a message."""
    return repr(name if len(name) <= MAX_SHOWN else f"...{name[3 - MAX_SHOWN :]}")
