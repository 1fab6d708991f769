"""The standard streams: in place of closed ones the null device, and no error if one cannot be written."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import IO, Any

from assignment.errors import is_disk_full

LONGEST_MESSAGE = 4_000  # characters; a path may have a few thousand


def open_missing_descriptors() -> None:
    """Open the null device in place of closed standard streams: the next file would take the number of one of them."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the smallest free number, which is this one


class RobustStream:
    """A standard stream that drops what it cannot write, so that the command can finish.

    Its reader may have ended (`... | head`), its terminal may be closed, or the disk of its file may be full.

    stream: None if the program was started without it. A notebook or IDLE has put another object in its place.
    is_incomplete: whether output was lost because the disk is full.
    """

    is_incomplete = False

    def __init__(self, stream: IO[str] | None):
        self._stream: Any = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without some letter of the first name prints "?" instead

    @property
    def encoding(self) -> str:
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        self._try("write", text)
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        self.write("".join(lines))

    def flush(self) -> None:
        self._try("flush")

    def isatty(self) -> bool:
        return bool(self._try("isatty"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _try(self, method: str, *arguments: str) -> Any:
        """Return the result of a method of the stream, None if it fails or does not exist."""
        try:
            return getattr(self._stream, method)(*arguments)
        except (AttributeError, ValueError):  # no such method, or closed
            return None
        except OSError as error:
            self._discard(error)
            return None

    def _discard(self, error: OSError) -> None:
        """Write nothing more. What is still in the stream's buffer goes to the null device when the program ends."""
        stream, self._stream = self._stream, None  # before the warning, which may come to this object
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(OSError), open(os.devnull, "wb") as null:
                os.dup2(null.fileno(), stream.fileno())
        self.is_incomplete = is_disk_full(error)
        if self.is_incomplete:  # for other reasons nobody reads it any more
            print("warning: the rest of the output is lost, because the disk is full.", file=sys.stderr)


def printable(text: str) -> str:
    """Return `text` as one line without control characters, which could change the terminal, and not too long."""
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= LONGEST_MESSAGE else shown[: LONGEST_MESSAGE - 1] + "…"
