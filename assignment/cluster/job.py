"""A run on a worker: the worker's side of `cluster.connection`.

The task of the cluster (`run_job`) waits for the run's process. Meanwhile `report` answers the command that distributes
the runs; if it does not ask for a while, it has ended, and the run stops.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from assignment.cluster.files import Changes, Versions, read_changes, write_changes
from assignment.cluster.images import ImageFiles, find_images
from assignment.processes import child_command

LOG = "log.txt"
POLL_SECONDS = 0.5  # between two looks at the process
LEASE_SECONDS = 120.0  # without a call of `report`, after which a run stops
STOP_SECONDS = 120.0  # in which a run that was asked to stop writes its checkpoint
NEVER_RAN = -1  # the exit code of a job that was stopped before its process started


@dataclass(frozen=True)
class Job:
    """A run of this program.

    name: a unique name, as in the lab's messages.
    words: of its command, without the folder of the images. Paths in them are relative to the run's folder.
    images: the files of its data set; None if it finds them itself.
    """

    name: str
    words: tuple[str, ...]
    images: ImageFiles | None = None


class Outcome(NamedTuple):
    """The end of a run.

    was_stopped: whether the run was asked to stop, or nobody asked for its files any more.
    seconds: that the process took.
    changes: its files that the distributing command does not have.
    """

    exit_code: int
    was_stopped: bool
    seconds: float
    changes: Changes


@dataclass
class _ActiveJob:
    """The job of this worker."""

    job: Job
    folder: Path
    asked_at: float = field(default_factory=time.monotonic)  # when `report` was last called
    known: Versions = field(default_factory=dict)  # what the distributing command has
    is_stopped: bool = False

    @property
    def must_stop(self) -> bool:
        return self.is_stopped or time.monotonic() - self.asked_at > LEASE_SECONDS


_active: dict[str, _ActiveJob] = {}  # by name; more than one only while an abandoned one stops
_turn = threading.Lock()  # a worker has one run at a time, however many threads it was started with


def run_job(job: Job, files: Changes, threads: int, scratch: str) -> Outcome:
    """Run a job on this worker, continuing from `files`, and return how it ended.

    threads: with which it computes.
    scratch: a folder of this machine.
    Raises ImagesMissing if the worker does not have the images.
    """
    for other in list(_active.values()):
        other.is_stopped = True  # of a command that was killed; it would otherwise wait until its lease ends
    images = find_images(job.images, Path(scratch)) if job.images else None
    folder = Path(tempfile.mkdtemp(dir=scratch))
    active = _ActiveJob(job, folder, known=dict(files.versions))
    try:
        write_changes(folder, files, {})
        _active[job.name] = active  # only now, so that `report` does not find the folder incomplete
        with _turn:
            words = [*job.words, *([f"--data-dir={images}"] if images else [])]
            started = time.monotonic()
            exit_code = NEVER_RAN if active.must_stop else _wait(active, words, threads)
        is_finished = exit_code == 0  # then its checkpoints are not needed any more
        changes = read_changes(folder, active.known, checkpoints=not is_finished)
        was_stopped = exit_code != 0 and active.must_stop
        return Outcome(exit_code, was_stopped, time.monotonic() - started, changes)
    finally:
        if _active.get(job.name) is active:
            del _active[job.name]
        shutil.rmtree(folder, ignore_errors=True)


def report(name: str, known: Versions, checkpoints: bool) -> Changes | None:
    """Return what changed in the folder of a job, None if it is not on this worker; keep the job running.

    known: the versions that the caller has.
    checkpoints: whether to read the newest checkpoint as well, which is large.
    """
    active = _active.get(name)
    if active is None:
        return None
    active.asked_at, active.known = time.monotonic(), known
    return read_changes(active.folder, known, checkpoints=checkpoints)


def stop(name: str) -> None:
    """Ask a job on this worker to stop, if it is there; its task then returns with its last checkpoint."""
    if name in _active:
        _active[name].is_stopped = True


def _wait(active: _ActiveJob, words: list[str], threads: int) -> int:
    """Run the command with its output in the log and return its exit code."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "PYTHONIOENCODING": "utf-8",
    }
    with (active.folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            child_command("assignment.attached", *words),
            stdin=subprocess.PIPE,  # its end stops the run
            stdout=log,
            stderr=log,
            cwd=active.folder,
            env=environment,
        )
    assert process.stdin is not None
    try:
        while not active.must_stop:
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
