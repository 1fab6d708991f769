"""A lock that allows one run at a time in a folder, with a file that names the run that holds it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from assignment.errors import AssignmentError
from assignment.storage.files import read_json, write_json

IN_USE = "another run is writing"  # a lab recognizes this error by these words in a run's output


class LockedFolder(Protocol):
    """What a workspace needs for its folder to be locked."""

    @property
    def folder(self) -> Path: ...
    @property
    def lock(self) -> Path: ...
    @property
    def holder(self) -> Path: ...
    def remove_partials(self) -> None: ...


@contextmanager
def lock_folder(workspace: LockedFolder, command: str) -> Iterator[None]:
    """Within the block, prevent other runs from writing in the workspace's folder.

    The operating system releases the lock when the process ends, even if it is killed. `command` is the command line of
    this run, for the message that others receive.
    Raises AssignmentError, which names the other run, if the folder is locked.
    """
    lock = FileLock(workspace.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise AssignmentError(
            f"{IN_USE} in {workspace.folder}{_describe_holder(workspace)}; wait until it ends, or choose another"
            " --outputs-dir."
        ) from None
    try:
        write_json(workspace.holder, _this_process(command))
        workspace.remove_partials()
        yield
    finally:
        workspace.holder.unlink(missing_ok=True)
        lock.release()


def check_unlocked(workspaces: Iterable[LockedFolder]) -> None:
    """Raise AssignmentError, which names the run, if a run is writing in one of these folders, which must exist."""
    for workspace in workspaces:
        with lock_folder(workspace, "a check whether this folder is in use"):
            pass


def _this_process(command: str) -> dict[str, str | int]:
    now = datetime.now().astimezone()
    return {"process": os.getpid(), "computer": platform.node(), "since": f"{now:%Y-%m-%d %H:%M}", "command": command}


def _describe_holder(workspace: LockedFolder) -> str:
    try:
        return " (process {process} on {computer}, since {since}: {command})".format(**read_json(workspace.holder))
    except (OSError, KeyError, TypeError):  # the other run has only just acquired the lock, or is about to release it
        return ""
