"""Run trials as processes, several at a time, and stop them together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple, Protocol

import assignment
from assignment.environment import usable_processors
from assignment.lab.plan import Trial
from assignment.processes import thread_variables
from assignment.signals import STOP_SIGNALS, handled_signals
from assignment.storage.reading import check_regular

POLL_SECONDS = 1.0  # between two looks at the processes
# On Windows a process can be asked to stop only if it has its own process group, which Ctrl-C does not reach.
PROCESS_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
STOP_SIGNAL = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
STOP_TIMEOUT = 120.0  # seconds in which a run that was asked to stop can write its checkpoint


class Stopped(Exception):
    """The lab was asked to stop by `signal`. Its runs had time to write a checkpoint."""

    def __init__(self, signal: signal.Signals):
        super().__init__(signal)
        self.signal = signal


class TrialObserver(Protocol):
    """What `run_trials` calls."""

    def on_start(self, trial: Trial) -> None:
        """A trial has started."""

    def on_end(self, trial: Trial, exit_code: int, seconds: float) -> None:
        """A trial has ended."""

    def on_poll(self, running: Sequence[Trial]) -> None:
        """These trials are running; called every second."""

    def on_stop(self, count: int) -> None:
        """The lab was asked to stop, and waits for this number of trials."""


class _Running(NamedTuple):
    process: subprocess.Popen[bytes]
    started: float  # by time.monotonic

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


def run_trials(
    trials: Sequence[Trial], jobs: int, command: Callable[[Trial], Sequence[str]], observer: TrialObserver
) -> None:
    """Run the trials in their order, at most `jobs` at a time, each by its `command`, with its output in `trial.log`.

    After Ctrl-C or another stop signal, raises Stopped when all trials have stopped; those that finish meanwhile are
    reported to `observer.on_end`. Raises what `observer.on_end` raises, after the other trials have stopped.
    """
    waiting = list(trials)
    running: dict[Trial, _Running] = {}
    with interrupted_by_signals() as received:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    trial = waiting.pop(0)
                    running[trial] = _Running(_start(trial, command(trial), jobs), time.monotonic())
                    observer.on_start(trial)
                for trial, run in list(running.items()):
                    if run.process.poll() is not None:
                        del running[trial]
                        observer.on_end(trial, run.process.returncode, run.seconds)
                observer.on_poll(list(running))
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            if not received:
                received.append(signal.SIGINT)
            observer.on_stop(len(running))
            _stop(run.process for run in running.values())
            for trial, run in running.items():
                if run.process.returncode == 0:  # finished before it could stop
                    observer.on_end(trial, 0, run.seconds)
            raise Stopped(received[0]) from None
        except BaseException:
            _stop(run.process for run in running.values())
            raise


def _start(trial: Trial, command: Sequence[str], jobs: int) -> subprocess.Popen[bytes]:
    trial.folder.mkdir(parents=True, exist_ok=True)
    threads = max(usable_processors() // jobs, 1)
    package_parent = str(Path(assignment.__file__).parent.parent)  # for a package that is not installed
    environment = {
        **os.environ,
        **thread_variables(threads),
        "PYTHONPATH": os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH", "")])),
    }
    if trial.log.exists():
        check_regular(trial.log)  # opening a pipe would wait forever
    with trial.log.open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, creationflags=PROCESS_GROUP
        )


def _stop(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask all processes to stop, as Ctrl-C in a terminal may have done already, and wait for their checkpoints."""
    alive = [process for process in processes if process.poll() is None]
    for process in alive:
        process.send_signal(STOP_SIGNAL)
    for process in alive:
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def interrupted_by_signals() -> Iterator[list[signal.Signals]]:
    """Raise KeyboardInterrupt within the block on the first stop signal besides Ctrl-C, and ignore those after it.

    Yields the list of the signals received so far. Several arrive when a terminal is closed or a machine shuts down.
    `handled_signals` says which signals are left alone.
    """
    received: list[signal.Signals] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        if len(received) == 1:
            raise KeyboardInterrupt

    others = [number for number in STOP_SIGNALS if number != signal.SIGINT]  # which Python itself turns into the error
    with handled_signals(others, interrupt):
        yield received
