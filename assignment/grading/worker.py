"""A process that examines submissions, one after the other: it reads tasks as lines of JSON, and answers each.

It is a process of its own, so that a submission that ends it costs only its own result.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO, cast
from zipfile import ZipInfo

from assignment.checking.sheets import SHEETS, Sheet
from assignment.errors import AssignmentError, describe_os_error, is_disk_full, one_line, os_reason
from assignment.grading.archives import list_class
from assignment.grading.arrivals import Attempt, Item
from assignment.grading.examine import Measure, examine
from assignment.grading.results import ResultFiles, write_result
from assignment.storage.reading import parse_json

# Answers: a result was written; this submission could not be examined now; or nothing can be examined.
DONE, FAILED, FATAL = "done", "failed", "fatal"


@dataclass(frozen=True)
class Setup:
    """How a worker examines.

    track, epochs, batch_size: of the sheet; None if it leaves them open.
    data_dir: where the real images are. measure: whether the generators are measured.
    results, scratch: the folders of the results, and to unpack submissions to.
    """

    track: str
    epochs: int | None
    batch_size: int | None
    data_dir: str | None
    measure: bool
    results: str
    scratch: str

    @property
    def sheet(self) -> Sheet:
        """The sheet with this length of training."""
        return replace(SHEETS[self.track], epochs=self.epochs, batch_size=self.batch_size)


@dataclass(frozen=True)
class StoredItem:
    """An `Item` in a task: the name of its entry in place of the entry itself."""

    name: str
    path: str
    entry: str | None


@dataclass(frozen=True)
class Task:
    """A submission to examine: the key of its result, and its files."""

    key: str
    items: tuple[StoredItem, ...]


def task_line(key: str, attempt: Attempt) -> str:
    """Return a task as a line of JSON."""
    items = tuple(
        StoredItem(item.name, str(item.path.absolute()), item.entry.filename if item.entry else None)
        for item in attempt.items
    )
    return json.dumps(asdict(Task(key, items)))


def main(setup_json: str) -> None:
    """Answer every task on standard input. Whatever packages print goes to standard error.

    Ctrl-C, which reaches all processes of a terminal, is left to the command that started this process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    setup = parse_json(setup_json, Setup)
    measure = _make_measure(setup) if setup.measure else None
    for line in sys.stdin:
        _answer(parse_json(line, Task), setup, measure, answers)


def _answer(task: Task, setup: Setup, measure: Measure | None, answers: TextIO) -> None:
    try:
        work(task, setup, measure)
        answer = [DONE, ""]
    except AssignmentError as error:  # the real images are missing
        answer = [FATAL, str(error)]
    except Exception as error:
        if is_disk_full(error):
            answer = [FATAL, describe_os_error(cast(OSError, error))]
        else:
            reason = os_reason(error) if isinstance(error, OSError) else one_line(error)
            answer = [FAILED, f"{type(error).__name__}: {reason}"]
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def work(task: Task, setup: Setup, measure: Measure | None) -> None:
    """Examine a submission and write its result.

    Raises AssignmentError if the real images are missing, and any error that nobody foresaw. Then no result is written,
    so that the next command examines the submission again.
    """
    Path(setup.scratch).mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=setup.scratch))
    try:
        examined = examine(_attempt(task), scratch, setup.sheet, measure)
    finally:
        is_discarded = not scratch.is_dir()  # this command was killed, and another one has discarded the folder
        shutil.rmtree(scratch, ignore_errors=True)
    if is_discarded:
        raise SystemExit
    write_result(ResultFiles(Path(setup.results), task.key), examined)


def _attempt(task: Task) -> Attempt:
    entries: dict[tuple[str, str], ZipInfo] = {}
    for path in {item.path for item in task.items if item.entry is not None}:
        entries |= {(path, entry.filename): entry for entry in list_class(Path(path))[0]}
    return Attempt(
        tuple(
            Item(item.name, Path(item.path), entries[item.path, item.entry] if item.entry else None)
            for item in task.items
        )
    )


def _make_measure(setup: Setup) -> Measure:
    """Return what measures generators. TensorFlow is started with the first one."""
    measurers: list[Measure] = []

    def measure(network: Any, facts: Any) -> Any:
        if not measurers:
            from assignment import runtime

            runtime.start_tensorflow()
            from assignment.grading.measuring import ClassMeasurer

            data_dir = Path(setup.data_dir) if setup.data_dir else None
            measurers.append(ClassMeasurer(setup.track, _load_track, data_dir))
        return measurers[0](network, facts)

    return measure


def _load_track(name: str) -> Any:
    return import_module(f"assignment.{name}.track").TRACK
