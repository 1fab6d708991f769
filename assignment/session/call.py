"""A run as a function of Python, for scripts and notebooks."""

from __future__ import annotations

import contextvars
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assignment.errors import AssignmentError
from assignment.guards import Activity, describe_error
from assignment.session.result import RunResult
from assignment.session.start import make_settings, start_run, workspace_of


def call_run(track: str, options: dict[str, Any]) -> RunResult:
    """Run the eight steps of a track; return its result.

    The run is in a thread of its own, so that no signal is handled: Ctrl-C, or the stop button of a notebook, stops the
    training after the current update. A second one raises KeyboardInterrupt at once.

    options: the settings of the run by name. In a notebook, `show` is true by default.
    Raises AssignmentError, with the sentence that the command prints, for whatever the user can correct.
    """
    from assignment.figures.notebook import in_notebook
    from assignment.training.interrupt import Interrupted, StopRequest  # starts no package that takes long

    words = ", ".join(f"{name}={_as_written(value)}" for name, value in options.items())
    activity = Activity(call=f"{track}.run({words})")
    settings = make_settings(track, {"show": in_notebook(), **options})
    stop = StopRequest(
        lambda: print("  stopping before the training begins; please wait"),
        "after a second request, this call returns, and the run ends in the background",
    )
    workspace = workspace_of(settings)
    earlier = _modification_time(workspace.record)
    try:
        in_own_thread(lambda: start_run(settings, activity, stop=stop), on_interrupt=stop.request)
    except Interrupted:
        pass  # before the training: nothing was saved
    except Exception as error:
        message = describe_error(error, activity)
        if message is None or isinstance(error, AssignmentError):
            raise
        raise AssignmentError(message) from error
    has_results = stop.signal is None or _modification_time(workspace.record) != earlier
    return RunResult(settings, workspace, has_results)


def _as_written(value: object) -> str:
    """Return a value as one writes it in Python; a path as text."""
    return repr(str(value) if isinstance(value, Path) else value)


def _modification_time(path: Path) -> int:
    """Return when a file was written, in nanoseconds; 0 if it does not exist."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def in_own_thread(work: Callable[[], Any], on_interrupt: Callable[[signal.Signals], None]) -> None:
    """Run `work` in another thread and wait for its end; raise what it raises.

    on_interrupt: called for the first Ctrl-C. The second one raises KeyboardInterrupt here; the thread goes on.
    """
    errors: list[BaseException] = []
    ended = threading.Event()

    def guarded_work() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    # Output goes to the cell of a notebook that started it, which is part of the context.
    thread = threading.Thread(target=contextvars.copy_context().run, args=(guarded_work,), daemon=True)
    try:
        thread.start()
        _wait(ended)
    except KeyboardInterrupt:
        on_interrupt(signal.SIGINT)
        if thread.ident is None:  # it has not begun, or will stop before the training
            raise
        _wait(ended)
    if errors:
        raise errors[0]


def _wait(ended: threading.Event) -> None:
    """Wait for the end of a thread.

    `Thread.join` is no alternative: up to Python 3.12, it takes a thread for ended if Ctrl-C interrupts it.
    """
    while not ended.wait(timeout=0.2):  # seconds; on Windows, Ctrl-C does not end a wait without a timeout
        pass
