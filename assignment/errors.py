"""The one exception that reaches the person as a sentence, and the exit codes."""

from __future__ import annotations

import errno

WRONG_INPUT = 2  # as argparse ends, too
STOPPED = 128  # and the signal's number, as shells have it


class AssignmentError(Exception):
    """A mistake that the person can mend; its text is one clear sentence, shown without a traceback."""


def no_room(error: BaseException) -> bool:
    """Whether the operating system refused a write because the disk, or the person's share of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def sentence_for(error: OSError, once_there_is_room: str = "run the same command again") -> str:
    """Say in one sentence what the operating system refused, naming the file where it is known."""
    where = f": {error.filename}" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"the disk is full{where}; make room and {once_there_is_room}."
    if error.errno == getattr(errno, "EDQUOT", None):
        return f"your disk quota is used up{where}; make room and {once_there_is_room}."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"the operating system gives no permission{where}; choose another place or change its rights."
    reason = " ".join((error.strerror or str(error)).lower().split())
    return f"the operating system refused a file ({reason}){where}."
