"""A command of this program that stops when its standard input is closed, as by the end of the process that started it.

A worker of a cluster runs trainings with it: if the worker is killed, no training is left behind on its machine.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time

STOP_SECONDS = 60.0  # in which a training writes its last checkpoint
RETRY_SECONDS = 1.0  # the command may not handle signals yet


def main(*words: str) -> None:
    """Run the command with these words, as `assignment` would."""
    from assignment.cli import main as run_command
    from assignment.startup import process_exit_code

    threading.Thread(target=_stop_after_input, daemon=True).start()
    sys.argv = ["assignment", *words]
    raise SystemExit(process_exit_code(run_command()))


def _stop_after_input() -> None:
    """Wait for the end of standard input, then stop this process as SIGTERM does."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if sys.platform == "win32":  # there, `os.kill` would end the process at once
            _thread.interrupt_main(signal.SIGTERM)
        else:
            os.kill(os.getpid(), signal.SIGTERM)  # it also interrupts waiting
        time.sleep(RETRY_SECONDS)
    os._exit(1)
