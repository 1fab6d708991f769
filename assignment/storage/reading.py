"""Reading files that others may have changed: only regular files, only up to a size, only JSON of an expected shape.

The shape of a JSON text is a Python type that msgspec understands: `dict[str, float]`, a dataclass or a TypedDict (a
JSON object), a NamedTuple (a JSON array), `Annotated[int, msgspec.Meta(ge=0)]`. JSON that parses but has another shape
is as unusable as JSON that does not parse.
"""

from __future__ import annotations

import io
import json
import os
import stat
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from assignment.errors import AssignmentError, one_line
from assignment.storage.files import START_OVER, check_format

MAX_JSON_BYTES = 64 * 2**20  # a checkpoint's facts after 1,000,000 epochs would be larger; no run has that many
MAX_TABLE_BYTES = 2**26  # of a CSV file; the history of a million epochs would be three times as large

Shape = TypeVar("Shape")
NO_CONTROL_CHARACTERS = r"\A[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*\Z"
# Shapes of values that appear in messages: one line of valid text, not too long for a console, and a setting's value.
Text = Annotated[str, msgspec.Meta(max_length=4_096, pattern=NO_CONTROL_CHARACTERS)]
Scalar = Text | Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | float | bool | None


class Malformed(ValueError):
    """Content that is not JSON, or not of the expected shape; the message says where."""


def parse_json(text: str | bytes, shape: type[Shape]) -> Shape:
    """Return the value in a JSON text, converted to `shape`. Raises Malformed if the text has another shape.

    Keys that the shape does not name are dropped. NaN and infinity are accepted as floats, as Python writes them.
    """
    try:
        return convert(json.loads(text), shape)
    except (ValueError, RecursionError) as error:
        raise Malformed(one_line(error)) from error


def parse_versioned(text: str | bytes, path: Path, shape: type[Shape], remedy: str = START_OVER) -> Shape:
    """Return the value in a JSON text that names its format, as `parse_json` does.

    path: where the text is from; remedy: what the user can do.
    Raises AssignmentError if another version of the program wrote it, in whatever shape.
    """
    content = parse_json(text, dict[str, Any])
    check_format(content, path, remedy)
    return convert(content, shape)


def convert(value: Any, shape: type[Shape]) -> Shape:
    """Return a parsed JSON value, converted to `shape`. Raises Malformed if it has another shape."""
    try:
        return msgspec.convert(value, type=shape)
    except (ValueError, RecursionError) as error:  # msgspec's ValidationError is a ValueError
        raise Malformed(one_line(error)) from error


def read_json(path: Path, shape: type[Shape]) -> Shape | None:
    """Return the JSON of a file, converted to `shape`; None if the file is missing or malformed.

    Raises OSError if the file exists but cannot be read, and AssignmentError if it is not a regular file.
    """
    try:
        return parse_json(read_bytes(path, MAX_JSON_BYTES), shape)
    except (FileNotFoundError, NotADirectoryError, Malformed):
        return None


def read_versioned(path: Path, shape: type[Shape]) -> Shape | None:
    """Return the JSON of a file that names its format, as `read_json` does.

    Raises AssignmentError if another version of the program wrote it, in whatever shape.
    """
    try:
        return parse_versioned(read_bytes(path, MAX_JSON_BYTES), path, shape)
    except (FileNotFoundError, NotADirectoryError, Malformed):
        return None


def read_bytes(path: Path, maximum: int) -> bytes:
    """Return the content of a regular file.

    Raises OSError if it cannot be read, AssignmentError if it is not a regular file, and Malformed if it has more than
    `maximum` bytes.
    """
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(maximum + 1)
    if len(content) > maximum:
        raise Malformed(f"more than {maximum:,} bytes")
    return content


def read_table(path: Path) -> io.StringIO:
    """Return the lines of a table, without the byte order mark that a spreadsheet may have added.

    Raises what `read_bytes` raises, and ValueError if it is not a text file.
    """
    return io.StringIO(read_bytes(path, MAX_TABLE_BYTES).decode("utf-8-sig"), newline="")


def check_regular(path: Path) -> None:
    """Raise AssignmentError if `path` exists and is not a regular file: opening a pipe would wait forever.

    Raises OSError if there is nothing at `path`.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        kind = "folder" if path.is_dir() else "pipe, a socket or a device"
        raise AssignmentError(f"{path} is a {kind}, but a file is expected; move it away.")
