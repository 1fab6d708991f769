"""The order of a student's attempts: the newest first."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from assignment.grading.archives import ZIP_ERRORS, Unreadable, is_archive, list_files
from assignment.grading.arrivals import Attempt, Item, Submission
from assignment.storage.reading import Malformed, Text, parse_json

RECORD = "run.json"
MAX_RECORD_BYTES = 2**22  # of a run.json; one has 15 kB


@dataclass(frozen=True)
class _Written:
    """The time in a run.json."""

    written: Text


def order_attempts(submission: Submission) -> list[Attempt]:
    """Return the attempts of a student, the newest first: by Canvas' number, the time in run.json, and the name.

    A ZIP file that cannot be read has no time.
    """
    if len(submission.attempts) < 2:
        return list(submission.attempts)
    return sorted(submission.attempts, key=_newness, reverse=True)


def _newness(attempt: Attempt) -> tuple[int, str, str]:
    return max(item.upload for item in attempt.items), _written(attempt), attempt.label


def _written(attempt: Attempt) -> str:
    """Return when the run of an attempt ended, as its record says; "" if it does not."""
    for item in attempt.items:
        content = _read(item)
        if content is not None:
            try:
                return parse_json(content, _Written).written
            except Malformed:
                return ""
    return ""


def _read(item: Item) -> bytes | None:
    """Return the run.json that an item is or contains, None if there is none or it cannot be read."""
    try:
        with opened(item) as file:
            if PurePosixPath(item.name).name == RECORD:
                return file.read(MAX_RECORD_BYTES)
            if not is_archive(item.name):
                return None
            entries = [e for e in list_files(file) if PurePosixPath(e.filename.replace("\\", "/")).name == RECORD]
            if len(entries) != 1 or entries[0].file_size > MAX_RECORD_BYTES:
                return None
            with zipfile.ZipFile(file) as archive, archive.open(entries[0]) as record:
                return record.read(MAX_RECORD_BYTES)
    except (Unreadable, OSError, *ZIP_ERRORS):
        return None


@contextmanager
def opened(item: Item) -> Iterator[BinaryIO]:
    """Yield the content of a file that was handed in, also if it is in the ZIP file of a class."""
    if item.entry is None:
        with item.path.open("rb") as file:
            yield file
    else:
        with zipfile.ZipFile(item.path) as archive, archive.open(item.entry) as member:
            yield cast(BinaryIO, member)
