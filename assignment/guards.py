"""The guards around every command: its exit code, and a sentence for every error."""

from __future__ import annotations

import contextlib
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import IO, Any, cast

from assignment.bug_report import write_report
from assignment.errors import EXIT_BUG, EXIT_ERROR, EXIT_SIGNAL, AssignmentError, describe_os_error, is_out_of_memory
from assignment.output import RobustStream, open_missing_descriptors, printable
from assignment.processes import join_words
from assignment.startup import describe_unusable_package


class Activity:
    """What a command is doing, for the messages of its guards.

    program: what the user typed before the options, if they were given as a list.
    arguments: the options as a list, or None for those of the command line.
    call: what the user wrote in Python instead, as in `fashion.run(firstname='ana')`.
    """

    def __init__(self, program: str = "assignment", arguments: Sequence[object] | None = None, call: str = ""):
        self._program, self._call = program, call
        self.arguments: Any = arguments
        self.doing: str | Callable[[], str] = "reading the options"
        self.folder: Path | None = None  # where a report of an error is written
        self.less_memory = "close other programs"  # what to do if the memory is full
        self.after_stop = "the same command continues from the last checkpoint, if there is one"  # after Ctrl-C

    def texts(self) -> list[str] | None:
        """Return the options as texts, since a notebook may give numbers and paths; None for the command line.

        Raises AssignmentError if they are not a list of texts, numbers and paths.
        """
        if self.arguments is None:
            return None
        is_list = isinstance(self.arguments, Sequence) and not isinstance(self.arguments, (str, bytes))
        if not is_list or not all(isinstance(item, (str, int, float, PurePath)) for item in self.arguments):
            self.arguments = []
            raise AssignmentError('give the options as a list, as in ["--firstname", "ana", "--epochs", 2].')
        self.arguments = [str(item) for item in self.arguments]
        return self.arguments

    @property
    def is_debugging(self) -> bool:
        """Whether an unforeseen error shows its traceback."""
        return "--debug" in (sys.argv if self.arguments is None else self.arguments)

    @property
    def command_line(self) -> str:
        """The command line that the user typed, with `python` for the path of the interpreter."""
        if self._call:
            return self._call
        if self.arguments is not None:
            line = [*self._program.split(), *self.arguments]
        else:
            # A notebook or IDLE sets `sys.argv`, but not what its own process was started with.
            count = len(sys.argv) - 1
            is_typed = sys.argv[1:] == sys.orig_argv[len(sys.orig_argv) - count :]
            program, *options = (sys.orig_argv[1:] if is_typed else None) or sys.argv
            is_script = Path(program).stem == "assignment"  # the console script, which has a path too
            line = ["assignment", *options] if is_script else ["python", program, *options]
        return join_words(line).encode("utf-8", "backslashreplace").decode()  # a path may be no valid text

    def describe(self) -> str:
        """Return what the command is doing, as in "reading the options"."""
        return self.doing if isinstance(self.doing, str) else self.doing()


def guarded(action: Callable[[Activity], int], activity: Activity) -> int:
    """Return the exit code of `action`, whatever happens to it or to its output.

    An error is one sentence on standard error: one that the user can fix has the exit code 2, a bug 70. Output that is
    lost because the disk is full is such an error.
    """
    open_missing_descriptors()
    output, errors = RobustStream(sys.stdout), RobustStream(sys.stderr)
    with contextlib.redirect_stdout(cast(IO[str], output)), contextlib.redirect_stderr(cast(IO[str], errors)):
        try:
            code = _exit_code(action, activity)
        finally:
            output.flush()
            errors.flush()
    return EXIT_ERROR if code < EXIT_ERROR and output.is_incomplete else code  # 1 is an answer, of `check` or `submit`


def _exit_code(action: Callable[[Activity], int], activity: Activity) -> int:
    try:
        return action(activity)
    except SystemExit as end:  # argparse, after --help
        return end.code if isinstance(end.code, int) else EXIT_ERROR if end.code else 0
    except KeyboardInterrupt:
        print(f"\nstopped at once; {activity.after_stop}.", file=sys.stderr)
        return EXIT_SIGNAL + signal.SIGINT
    except Exception as error:
        message = describe_error(error, activity)
        if message is not None:
            print(f"error: {printable(message)}", file=sys.stderr)
            return EXIT_ERROR
        if activity.is_debugging:
            traceback.print_exc()
        else:
            print(f"error: {_report_bug(error, activity)}", file=sys.stderr)
        return EXIT_BUG


def describe_error(error: Exception, activity: Activity) -> str | None:
    """Return one sentence about an error that the user can fix; None for any other."""
    if isinstance(error, AssignmentError):
        return str(error)
    if is_out_of_memory(error):
        return f"the memory is full, while {activity.describe()}; {activity.less_memory}."
    if isinstance(error, ImportError):
        package = (error.name or "assignment").split(".")[0]
        if package != "assignment":
            is_missing = isinstance(error, ModuleNotFoundError)
            return describe_unusable_package(package, None if is_missing else _first_line(error))
    if isinstance(error, OSError):
        return describe_os_error(error)
    return None


def start_packages(start: Callable[[], Any], activity: Activity) -> None:
    """Call `start`, which imports TensorFlow and Keras.

    Raises AssignmentError if they are installed but cannot be started, for example because a DLL is missing.
    """
    activity.doing = "starting TensorFlow"
    try:
        start()
    except (AssignmentError, ModuleNotFoundError):
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise
        raise AssignmentError(
            f"TensorFlow is installed but does not start ({_first_line(error)}); set up a new environment as in the"
            " README, on Windows also install Microsoft's Visual C++ Redistributable"
            f"{_written_report(error, activity)}."
        ) from error


def _report_bug(error: Exception, activity: Activity) -> str:
    """Write a report of an unforeseen error; return the sentence for the user."""
    return (
        f"a bug in this program, not your mistake: {_first_line(error)}, while {activity.describe()}"
        f"{_written_report(error, activity)}; to continue, give the same command again, or with --debug to see where"
        " it fails."
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200].rstrip('.')}" if lines else type(error).__name__


def _written_report(error: BaseException, activity: Activity) -> str:
    """Write the report of an error; return the part of a sentence that names it, "" if it cannot be written."""
    path = write_report(error, activity.describe(), activity.command_line, activity.folder)
    return f"; the full report is in {path}" if path else ""
