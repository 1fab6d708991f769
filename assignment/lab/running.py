"""The trials as processes of their own, several side by side, stopped together and gone on with together."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import assignment
from assignment.lab.plan import Trial

LOOK_EVERY = 1.0  # seconds
# On Windows a process can be asked to stop only if it is in a group of its own, which Ctrl-C then does not reach.
OWN_GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
ASK_TO_STOP = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
PATIENCE = 120.0  # seconds for a run that was asked to stop to write its checkpoint


class Stopped(Exception):
    """Somebody asked the lab to stop, by a `signal`; every run has ended by then, with a checkpoint where it can."""

    def __init__(self, signal: signal.Signals):
        super().__init__(signal)
        self.signal = signal


def run_trials(
    trials: Sequence[Trial],
    jobs: int,
    command: Callable[[Trial], Sequence[str]],
    started: Callable[[Trial], None],
    ended: Callable[[Trial, int, float], None],
    look: Callable[[Sequence[Trial]], None],
    stopping: Callable[[int], None],
) -> None:
    """Run the trials in their order, at most `jobs` at a time, each by its `command`, its output in `log.txt`.

    `started` is told each as it begins, `ended` each with its exit code and its seconds, and `look` every second those
    under way. Raises Stopped after Ctrl-C or SIGTERM, when all have stopped: `stopping` is told how many are waited
    for, and `ended` those that come to their end meanwhile. Raises what `ended` raises, when the others have stopped.
    """
    waiting, running = list(trials), {}
    with _stopping_on_term() as asked:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    trial = waiting.pop(0)
                    running[trial] = (_start(trial, command(trial), jobs), time.monotonic())
                    started(trial)
                for trial, (process, since) in list(running.items()):
                    if process.poll() is not None:
                        del running[trial]
                        ended(trial, process.returncode, time.monotonic() - since)
                look(list(running))
                time.sleep(LOOK_EVERY)
        except KeyboardInterrupt:
            stopping(len(running))
            _stop(process for process, _ in running.values())
            for trial, (process, since) in running.items():
                if process.returncode == 0:  # it came to its end meanwhile
                    ended(trial, 0, time.monotonic() - since)
            raise Stopped(asked[-1] if asked else signal.SIGINT) from None
        except BaseException:
            _stop(process for process, _ in running.values())
            raise


def _start(trial: Trial, command: Sequence[str], jobs: int) -> subprocess.Popen:
    trial.folder.mkdir(parents=True, exist_ok=True)
    threads = str(max((os.cpu_count() or 1) // jobs, 1))
    places = [str(Path(assignment.__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONPATH": os.pathsep.join(filter(None, places)),
    }
    with (trial.folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, creationflags=OWN_GROUP
        )


def _stop(processes: Iterator[subprocess.Popen]) -> None:
    """Ask them all to stop, which a terminal's Ctrl-C may have done already, and wait for their checkpoints."""
    asked = [process for process in processes if process.poll() is None]
    for process in asked:
        process.send_signal(ASK_TO_STOP)
    for process in asked:
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _stopping_on_term() -> Iterator[list[signal.Signals]]:
    """Within the block SIGTERM is a Ctrl-C that stands in the list."""
    asked = []

    def stop(number, frame):
        asked.append(signal.Signals(number))
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGTERM, stop)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, earlier)
