"""The files of a run as they travel between a worker and the command that distributes the runs.

Checkpoints are read first and written last, so that a run can always continue from the copy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from assignment.errors import AssignmentError
from assignment.storage.files import PARTIAL_NAME, replacing
from assignment.storage.workspace import checkpoint_progress

Version = tuple[int, int]  # time of the last change in nanoseconds, size in bytes
Versions = dict[str, Version]  # by the file's name in the run's folder, with slashes on every system


class Changes(NamedTuple):
    """What changed in a folder.

    versions: of all files; without checkpoints if they were not read.
    contents: of the changed ones.
    """

    versions: Versions
    contents: dict[str, bytes]


def read_changes(folder: Path, known: Mapping[str, Version], *, checkpoints: bool) -> Changes:
    """Return the files of a run that differ from the known versions.

    checkpoints: whether to read the newest checkpoint, too.
    """
    versions: Versions = {}
    contents: dict[str, bytes] = {}
    newest = _newest_checkpoint(folder) if checkpoints else []
    for path in [*newest, *_other_files(folder)]:
        name = path.relative_to(folder).as_posix()
        try:
            status = path.stat()
            version = status.st_mtime_ns, status.st_size
            if known.get(name) != version:
                contents[name] = path.read_bytes()
            versions[name] = version
        except FileNotFoundError:  # deleted meanwhile
            if _is_checkpoint(name):
                return read_changes(folder, known, checkpoints=checkpoints)
    return Changes(versions, contents)


def write_changes(folder: Path, changes: Changes, known: Mapping[str, Version]) -> Versions:
    """Bring the copy of a folder up to date; `known` are the versions of the copy. Return its new versions.

    A checkpoint is deleted only when a newer one is there.
    Raises AssignmentError for a name that is not one inside the folder, and OSError if a file cannot be written.
    """
    for name in (*changes.versions, *changes.contents):
        _check_name(name, changes)
    versions = dict(changes.versions)
    if not any(map(_is_checkpoint, versions)):
        versions |= {name: version for name, version in known.items() if _is_checkpoint(name)}
    for name in sorted(changes.contents, key=_checkpoints_last):
        path = folder / name
        with replacing(path) as temporary:
            temporary.write_bytes(changes.contents[name])
        changed_at = changes.versions[name][0]
        os.utime(path, ns=(changed_at, changed_at))  # so that the copy has the same version
    # A checkpoint without its checksum is not used, so the checksum goes first.
    for name in sorted(known.keys() - versions.keys(), key=_checkpoints_last, reverse=True):
        (folder / name).unlink(missing_ok=True)
    return versions


def _checkpoints_last(name: str) -> tuple[bool, bool, str]:
    """Sort the checkpoints after the other files, and their checksums, without which they do not count, at the end."""
    return _is_checkpoint(name), name.endswith(".sha256"), name


def _is_checkpoint(name: str) -> bool:
    return checkpoint_progress(PurePosixPath(name)) is not None


def _newest_checkpoint(folder: Path) -> list[Path]:
    """Return the two files of the newest complete checkpoint; nothing without one."""
    complete = {
        checksum: progress
        for checksum in folder.rglob("*.sha256")
        if (progress := checkpoint_progress(checksum)) and checksum.with_suffix(".npz").exists()
    }
    if not complete:
        return []
    newest = max(complete, key=complete.__getitem__)
    return [newest.with_suffix(".npz"), newest]


def _other_files(folder: Path) -> Iterator[Path]:
    """Yield the files that a run leaves, without checkpoints, locks and files that are being written."""
    for path in sorted(folder.rglob("*")):
        is_left_out = path.name.startswith(".") or PARTIAL_NAME.fullmatch(path.name) or _is_checkpoint(path.name)
        if not is_left_out and path.is_file() and not path.is_symlink():
            yield path


def _check_name(name: str, changes: Changes) -> None:
    path = PurePosixPath(name)
    is_inside = not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name
    if not is_inside or name not in changes.versions:
        raise AssignmentError(f"a worker sent a file with the name {name!r}, which is not one of a run.")
