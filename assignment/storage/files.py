"""Files: atomic replacement, the format version, SHA-256, exact names, and checks that a folder can be written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from assignment.errors import AssignmentError, os_reason

FORMAT = 2  # version of the JSON, .npz and .h5 metadata that this program writes
START_OVER = "--fresh starts over"  # the end of a message
MAX_FORMAT_LENGTH = 20  # characters of another format's number in a message
BLOCK_BYTES = 2**20  # a file is hashed in blocks of this size, so that a large one does not fill the memory
PARTIAL_NAME = re.compile(r"\.partial-[0-9a-f]{8}-[0-9a-f]{8}(?:\.\w+)?")  # of any file; see `partial_path`

_write_checks: list[Callable[[], None]] = []


@contextmanager
def guarding_writes(check: Callable[[], None]) -> Iterator[None]:
    """Within the block, call `check` before any file is replaced; it raises if this process must not write any more."""
    _write_checks.append(check)
    try:
        yield
    finally:
        _write_checks.remove(check)


def check_writing_allowed() -> None:
    """Run the checks of `guarding_writes`. Call it before deleting files; `replacing` calls it itself."""
    for check in _write_checks:
        check()


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path`; when the block succeeds, replace `path` by it atomically.

    A reader sees the old file or the new one, never a partial one. If the block raises, the temporary file is deleted.
    If the folder was deleted during the run, it is created again.
    """
    check_writing_allowed()
    create_folder(path.parent)
    temporary = partial_path(path, secrets.token_hex(4))
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except OSError as error:
        # The user knows the file by its final name; the error may name the temporary file, or none.
        if error.filename is None or Path(error.filename) == temporary:
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        with suppress(OSError):  # the error that is already raised says more, and names the final file
            temporary.unlink(missing_ok=True)


def create_folder(folder: Path) -> None:
    """Create a folder and those above it if they do not exist; also the target of a link whose target is missing.

    Raises OSError if that fails; if a file has taken the place of one of the folders, it names that file.
    """
    if folder.is_dir():
        return
    try:
        folder.resolve().mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        found = next(path for path in (folder, *folder.parents) if path.exists())
        raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(found)) from error


def write_text(path: Path, text: str) -> None:
    """Replace the file by `text` in UTF-8, atomically.

    Characters that UTF-8 lacks, as in a path with other bytes, are written as `\\udcff`, which JSON reads back.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace the file by `content` as indented JSON, atomically."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def check_format(content: Mapping[str, Any], path: Path, remedy: str = START_OVER) -> None:
    """Raise AssignmentError if `content`, read from `path`, was written in another format than `FORMAT`.

    remedy: the end of the sentence, what the user can do.
    """
    found = content.get("format")
    if found != FORMAT:
        name = str(found) if isinstance(found, (int, str)) else ""
        is_name = 0 < len(name) <= MAX_FORMAT_LENGTH and name.isprintable()
        raise AssignmentError(
            f"{path} was written by another version of this program (format {name if is_name else 'unknown'},"
            f" this version reads format {FORMAT}); {remedy}."
        )


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal. Raises OSError if it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def files_named(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    """Return the files in a folder whose complete name matches, in the order of their names; none without the folder.

    Folders, pipes and devices are left out, whatever their name. Raises OSError if the folder cannot be read.
    """
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return []
    return sorted(folder / entry.name for entry in entries if pattern.fullmatch(entry.name) and entry.is_file())


class FileCopies:
    """The contents of small files that a run writes once, to write them again if their folder is deleted."""

    def __init__(self) -> None:
        self._contents: dict[Path, bytes] = {}

    def add(self, *paths: Path) -> None:
        """Keep the contents of these files, as far as they exist; a newer content replaces an older one."""
        self._contents |= {path: path.read_bytes() for path in paths if path.is_file()}

    def restore(self) -> None:
        """Write the files that do not exist any more. Raises OSError if that fails."""
        for path, content in self._contents.items():
            if not path.exists():
                with replacing(path) as temporary:
                    temporary.write_bytes(content)


def ensure_writable(folder: Path) -> None:
    """Create the folder if necessary and write a test file in it.

    Raises AssignmentError, which names the folder, if that fails.
    """
    try:
        create_folder(folder)
        # The system deletes this file when it is closed, also after a kill.
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        if os.path.lexists(folder) and not folder.is_dir():
            raise AssignmentError(f"{folder} is not a folder; move it away, or choose another one.") from error
        # Python before 3.12 tries all temporary names in a folder of Windows that it may not write in.
        reason = "permission denied" if isinstance(error, FileExistsError) else os_reason(error)
        raise AssignmentError(f"cannot write in {folder} ({reason}); fix that, or choose another folder.") from error


def check_files(*paths: Path) -> None:
    """Raise AssignmentError if one of the paths, where files will be written, is a folder, a pipe or a device."""
    for path in paths:
        if path.is_dir():
            raise AssignmentError(f"{path} is a folder, but a file of that name will be written; move the folder away.")
        if path.exists() and not path.is_file():
            raise AssignmentError(f"{path} is not a file, but a file of that name will be written; move it away.")


def check_spelling(path: Path, advice: str) -> None:
    """Raise AssignmentError if `path` exists under another spelling, as in a file system that ignores upper case.

    advice: the end of the sentence, what the user can do; the other spelling replaces the braces.
    """
    if not path.exists():
        return
    name, *others = (
        unicodedata.normalize("NFC", name)  # macOS may store an accent as a character of its own
        for name in (path.name, *os.listdir(path.parent))
    )
    if name not in others:
        other = next((other for other in others if other.casefold() == name.casefold()), "another name")
        raise AssignmentError(
            f"{path} already exists as {other}, and this file system does not distinguish the two; "
            + advice.format(other)
        )


def partial_path(path: Path, token: str) -> Path:
    """Return the path where a file is written before it replaces `path`; `token` is unique to the writer."""
    # The suffix stays, because writers choose the format by it. A checksum replaces the name, which may be too long for
    # anything to be added to it.
    return path.parent / f".partial-{crc32(path.name.encode()):08x}-{token}{path.suffix}"


def remove_partials(*paths: Path) -> None:
    """Delete the partial files of these files that a killed run left. The caller must hold the lock on them."""
    for path in paths:
        for partial in files_named(path.parent, PARTIAL_NAME):
            if partial.name.startswith(partial_path(path, "").stem) and partial.suffix == path.suffix:
                partial.unlink(missing_ok=True)
