"""One run at a time in a folder: a lock that dies with its process, and who holds it."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from assignment.errors import AssignmentError
from assignment.storage.files import replacing

IN_USE = "another run is writing"  # by which a lab knows this answer of a run


class LockedFolder(Protocol):
    """What a folder must tell of itself to be held: a run's workspace does, and a lab's."""

    @property
    def folder(self) -> Path: ...
    @property
    def lock(self) -> Path: ...
    @property
    def holder(self) -> Path: ...
    def remove_partials(self) -> None: ...


@contextmanager
def held(workspace: LockedFolder, command: str) -> Iterator[None]:
    """Within the block no other run may write into the workspace's folder; `command` is the line that started this one.

    The operating system frees the lock when its process ends, however it ends.
    Raises AssignmentError, naming the other run, when there is one.
    """
    lock = FileLock(workspace.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise AssignmentError(
            f"{IN_USE} in {workspace.folder}{_holder(workspace)}; wait for its end, or choose another --outputs-dir."
        ) from None
    try:
        with replacing(workspace.holder) as temporary:
            temporary.write_text(json.dumps(_myself(command)), encoding="utf-8")
        workspace.remove_partials()
        yield
    finally:
        workspace.holder.unlink(missing_ok=True)
        lock.release()


def check_nobody_writes(workspaces: Iterable[LockedFolder]) -> None:
    """Raise AssignmentError, naming the run, when one is writing in one of these folders, which exist."""
    for workspace in workspaces:
        with held(workspace, "a look at whether somebody writes here"):
            pass


def _myself(command: str) -> dict[str, str | int]:
    now = datetime.now().astimezone()
    return {"process": os.getpid(), "computer": platform.node(), "since": f"{now:%Y-%m-%d %H:%M}", "command": command}


def _holder(workspace: LockedFolder) -> str:
    try:
        other = json.loads(workspace.holder.read_text(encoding="utf-8"))
        return " (process {process} on {computer}, since {since}: {command})".format(**other)
    except (OSError, ValueError, KeyError, TypeError):  # it has only just taken the lock, or is just ending
        return ""
