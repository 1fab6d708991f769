"""The error whose message is for the user, and the exit codes."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from difflib import get_close_matches

EXIT_BUG = 70  # an unforeseen error, as in sysexits.h; 1 is the answer of a check
EXIT_NOT_MET = 1  # of `assignment check`: a requirement is not met
EXIT_ERROR = 2  # the same as argparse
EXIT_SIGNAL = 128  # plus the number of the signal, as in shells

# Not every system defines EDQUOT.
DISK_QUOTA_EXCEEDED = getattr(errno, "EDQUOT", None)


class AssignmentError(Exception):
    """An error that the user can fix; its message is one sentence, printed without a traceback."""


def suggest(text: str, known: Iterable[str]) -> str:
    """Return "did you mean X", where X is the known word that resembles `text`, or "" if none does."""
    matches = get_close_matches(text.lower(), known, n=1)
    return f"did you mean {matches[0]}" if matches else ""


def is_disk_full(error: BaseException) -> bool:
    """Return whether a write failed because the disk is full or the user's quota is used up."""
    return isinstance(error, OSError) and error.errno is not None and error.errno in (errno.ENOSPC, DISK_QUOTA_EXCEEDED)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether Python, NumPy, TensorFlow or the operating system found no memory."""
    # TensorFlow may not be imported yet, so its exception is recognized by name.
    is_tensorflows = any(base.__name__ == "ResourceExhaustedError" for base in type(error).__mro__)
    return isinstance(error, MemoryError) or is_tensorflows or getattr(error, "errno", None) == errno.ENOMEM


def describe_os_error(error: OSError, after_freeing_space: str = "run the same command again") -> str:
    """Return one sentence that says what failed, with the file if it is known.

    `after_freeing_space` says what to do on a full disk once there is room again.
    """
    where = f": {error.filename}" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"the disk is full{where}; make room and {after_freeing_space}."
    if is_disk_full(error):
        return f"your disk quota is used up{where}; make room and {after_freeing_space}."
    if error.errno == errno.EROFS:
        return f"the file system is read-only{where}; choose another folder."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"permission denied{where}; choose another folder or change its permissions."
    if error.errno == errno.ENAMETOOLONG:
        return f"a path is too long for this system{where}; choose a shorter one."
    if error.errno == errno.ENOTDIR:
        return f"part of the path is a file, not a folder{where}; choose another one."
    if error.errno == errno.EISDIR:
        return f"a folder has the name of a file{where}; move the folder away."
    if error.errno == errno.EFBIG:
        return f"a file would be larger than this system or its limits allow{where}; raise the limit (ulimit -f)."
    return f"a file could not be read or written{where} ({os_reason(error)})."


def os_reason(error: OSError) -> str:
    """Return why the operating system refused something, in lower case for the middle of a sentence."""
    return " ".join((error.strerror or str(error)).lower().split())


def one_line(error: BaseException) -> str:
    """Return the message of an error, or its type if it has none, for the middle of a sentence."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
