"""Files: atomic replacement, JSON, the format version, SHA-256, and checks that a folder can be written."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from assignment.errors import AssignmentError

FORMAT = 2  # version of the JSON, .npz and .h5 metadata that this program writes
BLOCK_BYTES = 2**20  # a file is hashed in blocks of this size, so that a large one does not fill the memory


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to `path`; when the block succeeds, replace `path` by it atomically.

    A reader sees the old file or the new one, never a partial one. If the block raises, the temporary file is deleted.
    """
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
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Replace the file by `text` in UTF-8, atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Replace the file by `content` as indented JSON, atomically."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Return the parsed JSON of a file, or None if it is missing or is not JSON.

    Raises OSError if the file exists but cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):  # the last: JSON nested too deeply
        return None


def check_format(content: Mapping[str, Any], path: Path, remedy: str = "--fresh starts over") -> None:
    """Raise AssignmentError if `content`, read from `path`, was written in another format than `FORMAT`.

    remedy: the end of the sentence, what the user can do.
    """
    found = content.get("format")
    if found != FORMAT:
        raise AssignmentError(
            f"{path} was written by another version of this program (format {'unknown' if found is None else found},"
            f" this version reads format {FORMAT}); {remedy}."
        )


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal. Raises OSError if it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def ensure_writable(folder: Path) -> None:
    """Create the folder if necessary and write a test file in it.

    Raises AssignmentError, which names the folder, if that fails.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        test_file = folder / ".writable"
        with replacing(test_file) as temporary:
            temporary.touch()
        test_file.unlink(missing_ok=True)
    except FileExistsError as error:
        raise AssignmentError(f"{folder} is not a folder; choose another one.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise AssignmentError(f"cannot write in {folder} ({reason}); fix that, or choose another folder.") from error


def check_not_folders(*paths: Path) -> None:
    """Raise AssignmentError if one of the paths, where files will be written, is a folder."""
    for path in paths:
        if path.is_dir():
            raise AssignmentError(f"{path} is a folder, but a file of that name will be written; move the folder away.")


def partial_path(path: Path, token: str) -> Path:
    """Return the path where a file is written before it replaces `path`; `token` is unique to the writer."""
    # The suffix stays, because writers choose the format by it. A checksum replaces the name, which may be too long for
    # anything to be added to it.
    return path.parent / f".partial-{crc32(path.name.encode()):08x}-{token}{path.suffix}"
