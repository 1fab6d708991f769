"""A run on a worker: the worker's side of `cluster.connection`.

The task of the cluster (`run_job`) waits for the run's process. Meanwhile `report` answers the command that distributes
the runs. A run whose files nobody asks for during `LEASE_SECONDS` stops.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from assignment.cluster.files import Changes, Versions, read_changes, write_changes
from assignment.cluster.images import ImageFiles, find_images
from assignment.processes import child_command, thread_variables

LOG = "log.txt"
POLL_SECONDS = 0.5  # between two looks at the process
LEASE_SECONDS = 400.0  # longer than Dask takes to notice that a machine is gone, for which the command may have to wait
STOP_SECONDS = 130.0  # in which a run that was asked to stop writes its checkpoint; it ends itself after 120
NEVER_RAN = -1  # the exit code of a job whose process did not start
# Variables that a nanny of Dask sets to 1 and that change sums; a run without a cluster does not have them.
NANNY_VARIABLES = ("MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Ctrl-C at a worker must not reach its run, which stops when its input is closed.
OWN_GROUP = (
    {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    if sys.platform == "win32"
    else {"start_new_session": True}
)


@dataclass(frozen=True)
class Job:
    """A run of this program.

    name: for messages, as in "ema, seed 1".
    words: of its command, without the folder of the images. Paths in them are relative to the run's folder.
    images: the files of its data set; None if it finds them itself.
    """

    name: str
    words: tuple[str, ...]
    images: ImageFiles | None = None


class Outcome(NamedTuple):
    """The end of a run.

    was_stopped: whether it was asked to stop, or its lease ended.
    seconds: that the process took.
    changes: its files that the distributing command does not have; without checkpoints if it finished.
    """

    exit_code: int
    was_stopped: bool
    seconds: float
    changes: Changes


@dataclass
class _ActiveJob:
    """A job on this worker."""

    folder: Path
    known: Versions  # the files that the distributing command has
    asked_at: float = field(default_factory=time.monotonic)  # when `report` was last called
    is_stopped: bool = False

    def must_stop(self) -> bool:
        """Return whether the job was asked to stop or its lease has ended; from then on, it is."""
        if time.monotonic() - self.asked_at > LEASE_SECONDS:
            self.is_stopped = True
        return self.is_stopped


_active: dict[str, _ActiveJob] = {}  # by a key that is unique to each start of a job
_turn = threading.Lock()  # a worker has one run at a time, however many threads it was started with


def run_job(key: str, job: Job, files: Changes, threads: int, scratch: str) -> Outcome:
    """Run a job on this worker, continuing from `files`, and return how it ended.

    key: unique to this start of the job.
    threads: with which it computes.
    scratch: a folder of this machine.
    Raises ImagesMissing if the worker does not have the images.
    """
    images = find_images(job.images, Path(scratch)) if job.images else None
    folder = Path(tempfile.mkdtemp(dir=scratch))
    active = _ActiveJob(folder, known=dict(files.versions))
    try:
        write_changes(folder, files, {})
        _active[key] = active  # only now, so that `report` does not find the folder incomplete
        with _turn:
            words = [*job.words, *([f"--data-dir={images}"] if images else [])]
            started = time.monotonic()
            exit_code = NEVER_RAN if active.must_stop() else _wait(active, words, threads)
        changes = read_changes(folder, active.known, checkpoints=exit_code != 0)
        was_stopped = exit_code != 0 and active.is_stopped
        return Outcome(exit_code, was_stopped, time.monotonic() - started, changes)
    finally:
        _active.pop(key, None)
        shutil.rmtree(folder, ignore_errors=True)


def report(key: str, known: Versions, checkpoints: bool) -> Changes | None:
    """Return what changed in the folder of a job, and renew its lease; None if the job is not on this worker.

    known: the versions that the caller has.
    checkpoints: whether to read the newest checkpoint as well, which is large.
    """
    active = _active.get(key)
    if active is None:
        return None
    active.asked_at, active.known = time.monotonic(), known
    changes = read_changes(active.folder, known, checkpoints=checkpoints)
    return changes if key in _active else None  # the job has ended meanwhile, and its folder is being deleted


def stop(key: str) -> None:
    """Ask a job on this worker to stop, if it is there; its task then returns with its last checkpoint."""
    if key in _active:
        _active[key].is_stopped = True


def stop_all() -> None:
    """Ask all jobs on this worker to stop: those of a command that was killed, before the next one starts."""
    for active in list(_active.values()):
        active.is_stopped = True


def _wait(active: _ActiveJob, words: list[str], threads: int) -> int:
    """Run the command with its output in the log and return its exit code."""
    inherited = {name: value for name, value in os.environ.items() if name not in NANNY_VARIABLES}
    with (active.folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            child_command("assignment.attached", *words),
            stdin=subprocess.PIPE,  # its end stops the run
            stdout=log,
            stderr=log,
            cwd=active.folder,
            env={**inherited, **thread_variables(threads)},
            **OWN_GROUP,  # type: ignore[call-overload]  # mypy does not know the names in it
        )
    assert process.stdin is not None
    try:
        while not active.must_stop():
            try:
                return process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        process.stdin.close()
        return process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
    finally:
        process.stdin.close()
