"""How a file is replaced whole, told by its sum, and a folder tried before anything is written in it."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from assignment.errors import AssignmentError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well, it takes `path`'s place at once.

    A reader sees the old file or the new one, never half of one. If the block raises, the temporary file goes.
    """
    temporary = partial_path(path, secrets.token_hex(4))
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    except OSError as error:
        # The person knows the file by its place; an error may name its temporary name, or none.
        if error.filename is None or Path(error.filename) == temporary:
            error.filename, error.filename2 = str(path), None
        raise
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal digits. Raises OSError when it cannot be read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def make_writable(folder: Path) -> None:
    """Make the folder and try a file in it. Raises AssignmentError, naming it, where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / ".writable") as trial:
            trial.touch()
        (folder / ".writable").unlink(missing_ok=True)
    except FileExistsError as error:
        raise AssignmentError(f"{folder} is not a folder; choose another place.") from error
    except OSError as error:
        raise AssignmentError(
            f"nothing can be written in {folder} ({(error.strerror or str(error)).lower()}); choose another place, or"
            " mend this one."
        ) from error


def refuse_folders(*paths: Path) -> None:
    """Raise AssignmentError, naming it, for a folder that stands where a file is to be written."""
    for path in paths:
        if path.is_dir():
            raise AssignmentError(f"{path} is a folder, but a file of that name is to be written; move it away.")


def partial_path(path: Path, token: str) -> Path:
    """Where a file that is to be `path` is written first; `token` is its writer's own."""
    # The suffix stays, since writers choose their format by it. A sum stands for the name, which may be too long to
    # have anything added to it.
    return path.parent / f".partial-{crc32(path.name.encode()):08x}-{token}{path.suffix}"
