"""Run a command of this program that stops when its standard input is closed.

That happens when the process that started it closes it or ends, even if it is killed. A worker of a cluster runs
trainings with it: if the worker is killed, no training is left on its machine.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time

STOP_SECONDS = 120.0  # in which a training writes its last checkpoint
RETRY_SECONDS = 1.0  # the command may not handle signals yet


def main(*words: str) -> None:
    """Run the command with these words, as `assignment` would."""
    from assignment.cli import main as run_command
    from assignment.startup import process_exit_code

    pipe = os.dup(sys.stdin.fileno())
    with open(os.devnull, "rb") as nothing:  # on Windows, a pipe that a thread reads can block all who look at it
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    threading.Thread(target=_stop_after_input, args=(pipe,), daemon=True).start()
    sys.argv = ["assignment", *words]
    raise SystemExit(process_exit_code(run_command()))


def _stop_after_input(pipe: int) -> None:
    """Wait for the end of the pipe, then stop this process as SIGTERM does."""
    while os.read(pipe, 1024):
        pass
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if sys.platform == "win32":  # there, `os.kill` would end the process at once
            _thread.interrupt_main(signal.SIGTERM)
        else:
            os.kill(os.getpid(), signal.SIGTERM)  # it also interrupts waiting
        time.sleep(RETRY_SECONDS)
    os._exit(1)
