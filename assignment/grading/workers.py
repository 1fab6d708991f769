"""Examine submissions in several processes: each takes the next task, and one that dies is replaced."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass

from assignment.environment import usable_processors
from assignment.errors import AssignmentError, os_reason
from assignment.grading.arrivals import Attempt
from assignment.grading.worker import DONE, FAILED, FATAL, Setup, task_line
from assignment.processes import child_command, thread_variables
from assignment.storage.reading import parse_json

TIMEOUT = 600.0  # seconds for one submission; an honest one takes 10, the first one 20
STOP_SECONDS = 5.0  # in which a process ends after its input is closed
POLL_SECONDS = 1.0  # between two looks for Ctrl-C


@dataclass(frozen=True)
class Job:
    """A submission to examine, and the key of its result."""

    key: str
    attempt: Attempt


def examine_all(jobs: Mapping[str, Job], count: int, setup: Setup, on_done: Callable[[str], None]) -> dict[str, str]:
    """Examine submissions in `count` processes; their results are in `setup.results` afterwards.

    jobs: by a name, with which `on_done` is called after each.
    Returns why some have no result, by name: a process died or took too long. The next command tries them again.
    Raises AssignmentError, as a worker reports it, if nothing can be examined; and what `on_done` raises.
    """
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in jobs:
        waiting.put(name)
    finished: queue.SimpleQueue[tuple[str, str | AssignmentError]] = queue.SimpleQueue()
    failures: dict[str, str] = {}
    workers = [_Worker(setup, max(usable_processors() // count, 1)) for _ in range(min(count, len(jobs)))]
    threads = [threading.Thread(target=_run, args=(worker, jobs, waiting, finished), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        for _ in jobs:
            name, result = _next(finished)
            if isinstance(result, AssignmentError):
                raise result
            if result:
                failures[name] = result
            on_done(name)
    finally:
        for worker in workers:
            worker.is_stopped = True  # so that none of them takes another's end for a failure
        for worker in workers:
            worker.stop()
    return failures


def _next(finished: queue.SimpleQueue[tuple[str, str | AssignmentError]]) -> tuple[str, str | AssignmentError]:
    """Return the next finished job. On Windows, Ctrl-C does not interrupt waiting without a limit."""
    while True:
        with suppress(queue.Empty):
            return finished.get(timeout=POLL_SECONDS)


def _run(
    worker: _Worker,
    jobs: Mapping[str, Job],
    waiting: queue.SimpleQueue[str],
    finished: queue.SimpleQueue[tuple[str, str | AssignmentError]],
) -> None:
    """Let a worker take the next job until none is left."""
    with suppress(queue.Empty):
        while not worker.is_stopped:
            name = waiting.get_nowait()
            try:
                finished.put((name, worker.examine(jobs[name])))
            except AssignmentError as error:
                finished.put((name, error))


class _Worker:
    """A process that examines submissions; it is started with its first one."""

    def __init__(self, setup: Setup, threads: int):
        self._setup, self._threads = setup, threads
        self._process: subprocess.Popen[str] | None = None
        self._starting = threading.Lock()  # so that no process starts after `stop`
        self.is_stopped = False

    def examine(self, job: Job) -> str:
        """Return "" after examining a submission, or why it has no result.

        Raises AssignmentError if no submission can be examined.
        """
        try:
            answer, reason = self._ask(task_line(job.key, job.attempt))
        except OSError as error:
            return f"examining it failed ({os_reason(error)})"
        if answer == FATAL:
            raise AssignmentError(reason)
        if answer == FAILED:
            return f"examining it failed ({reason})"
        return "" if answer == DONE else f"examining it ended the process ({reason})"

    def stop(self) -> None:
        """End the process, at once."""
        with self._starting:
            self.is_stopped = True
            process = self._process
        if process is not None:
            process.kill()
            process.wait()
            _close(process)

    def _ask(self, line: str) -> tuple[str, str]:
        """Return the process' answer to a task, or ("", reason) if it dies."""
        with self._starting:
            if self.is_stopped:
                return "", "stopped"
            process = self._process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        late = threading.Event()

        def stop_late() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(TIMEOUT, stop_late)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return parse_json(process.stdout.readline(), tuple[str, str])
        except (OSError, ValueError):  # the pipe was closed, or the answer is not complete
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            self._process = None
            _close(process)
            return "", f"more than {TIMEOUT:.0f} seconds" if late.is_set() else f"code {process.returncode}"
        finally:
            timer.cancel()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            child_command("assignment.grading.worker", json.dumps(asdict(self._setup))),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, **thread_variables(self._threads)},
        )


def _close(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was written may not have been read
            if pipe is not None:
                pipe.close()
