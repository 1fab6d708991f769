"""A lock that allows one run at a time in a folder, with a file that names the run that holds it.

If the folder is deleted while a run holds the lock, the lock's file is deleted with it, and another run can start in a
new folder of the same name. So the lock is checked before every write, and taken again in the new folder. If another
run was faster, this one writes nothing more. (Windows refuses to delete a folder with an open file in it.)
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from assignment.errors import AssignmentError
from assignment.storage.files import create_folder, guarding_writes, write_json
from assignment.storage.reading import Text, read_json

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


class FolderTaken(AssignmentError):
    """The run's folder was deleted, and another run has started in its place: this run must not write any more."""


@dataclass(frozen=True)
class Holder:
    """The content of the holder's file: the run that holds the lock."""

    process: int
    computer: Text
    since: Text
    command: Text


@contextmanager
def lock_folder(workspace: LockedFolder, command: str) -> Iterator[None]:
    """Within the block, prevent other runs from writing in the workspace's folder.

    The operating system releases the lock when the process ends, even if it is killed. `command` is the command line of
    this run, for the message that others receive.
    Raises AssignmentError, which names the other run, if the folder is locked. Within the block, writing a file raises
    FolderTaken if the folder was deleted and another run has locked it since.
    """
    lock = _FolderLock(workspace, command)
    lock.acquire()
    try:
        with guarding_writes(lock.ensure_held):
            workspace.remove_partials()
            yield
    finally:
        lock.release()


@contextmanager
def lock_if_free(workspace: LockedFolder, command: str) -> Iterator[None]:
    """As `lock_folder`, but without a lock if another run holds it; that run has deleted old partial files already."""
    with ExitStack() as stack:
        with suppress(AssignmentError, OSError):
            stack.enter_context(lock_folder(workspace, command))
        yield


def check_unlocked(workspaces: Iterable[LockedFolder]) -> None:
    """Raise AssignmentError, which names the run, if a run is writing in one of these folders, which must exist."""
    for workspace in workspaces:
        with lock_folder(workspace, "a check whether this folder is in use"):
            pass


class _FolderLock:
    def __init__(self, workspace: LockedFolder, command: str):
        self._workspace, self._command = workspace, command
        self._lock = FileLock(workspace.lock, timeout=0)
        self._locked_file: os.stat_result | None = None
        self._taken: FolderTaken | None = None

    def acquire(self) -> None:
        """Take the lock. Raises AssignmentError if another run holds it."""
        try:
            self._lock.acquire()
        except Timeout:
            raise AssignmentError(
                f"{IN_USE} in {self._workspace.folder}{_describe_holder(self._workspace)}; wait until it ends, or"
                " choose another folder for the results."
            ) from None
        try:
            self._locked_file = os.stat(self._workspace.lock)
            write_json(self._workspace.holder, asdict(self._this_process()))
        except BaseException:
            self.release()
            raise

    def ensure_held(self) -> None:
        """Take the lock again if its file was deleted. Raises FolderTaken if another run has it by then."""
        if self._taken is not None:
            raise self._taken
        if self._is_in_place():
            return
        self.release()  # the lock of the deleted file
        self._lock = FileLock(self._workspace.lock, timeout=0)
        try:
            create_folder(self._workspace.folder)
            self.acquire()
        except AssignmentError:
            self._taken = FolderTaken(
                f"the folder {self._workspace.folder} was deleted during this run, and {IN_USE} in it"
                f" now{_describe_holder(self._workspace)}; this run saves nothing more."
            )
            raise self._taken from None
        except OSError:
            pass  # the folder cannot be created now, so nothing is written in it; the next write tries again

    def release(self) -> None:
        if self._is_in_place():
            with suppress(OSError):
                self._workspace.holder.unlink(missing_ok=True)
        self._lock.release(force=True)
        self._locked_file = None

    def _is_in_place(self) -> bool:
        """Return whether the lock's file is still the one that was locked. An open file keeps its number on disk."""
        try:
            return self._locked_file is not None and os.path.samestat(self._locked_file, os.stat(self._workspace.lock))
        except OSError:
            return False

    def _this_process(self) -> Holder:
        now = datetime.now().astimezone()
        return Holder(os.getpid(), platform.node(), f"{now:%Y-%m-%d %H:%M}", self._command)


def _describe_holder(workspace: LockedFolder) -> str:
    try:
        holder = read_json(workspace.holder, Holder)
    except (OSError, AssignmentError):  # the last: not a regular file
        holder = None
    if holder is None:  # the other run has only just acquired the lock, or is about to release it
        return ""
    return f" (process {holder.process} on {holder.computer}, since {holder.since}: {holder.command})"
