"""The guards around every command: its output, its exit code, and the last resort for unforeseen errors."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import platform
import shlex
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import IO, Any, cast

from assignment.errors import EXIT_BUG, EXIT_ERROR, EXIT_SIGNAL, AssignmentError, describe_os_error, is_disk_full
from assignment.startup import describe_unusable_package

REPORT_NAME = "error_report.txt"
REPORTED_PACKAGES = (
    "tensorflow",
    "keras",
    "numpy",
    "h5py",
    "matplotlib",
    "rich",
    "jinja2",
    "filelock",
    "msgspec",
    "anyascii",
)


class Activity:
    """What a command is doing, for the messages of its guards.

    program: what the user typed before the options, if they were given as a list.
    arguments: the options as a list, or None for those of the command line.
    """

    def __init__(self, program: str = "assignment", arguments: Sequence[str] | None = None):
        self._program, self.arguments = program, arguments
        self.doing: str | Callable[[], str] = "reading the options"
        self.folder: Path | None = None  # where a report of an error is written
        self.less_memory = "close other programs"  # what to do if the memory is full

    @property
    def is_debugging(self) -> bool:
        """Whether an unforeseen error shows its traceback."""
        return "--debug" in (sys.argv if self.arguments is None else self.arguments)

    @property
    def command_line(self) -> str:
        """The command line that the user typed, with `python` for the path of the interpreter."""
        if self.arguments is not None:
            line = [*self._program.split(), *self.arguments]
        else:
            # A notebook or IDLE sets `sys.argv`, but not what its own process was started with.
            count = len(sys.argv) - 1
            is_typed = sys.argv[1:] == sys.orig_argv[len(sys.orig_argv) - count :]
            program, *options = (sys.orig_argv[1:] if is_typed else None) or sys.argv
            is_script = Path(program).stem == "assignment"  # the console script, which has a path too
            line = ["assignment", *options] if is_script else ["python", program, *options]
        return shlex.join(line).encode("utf-8", "backslashreplace").decode()  # a path may be no valid text

    def describe(self) -> str:
        """Return what the command is doing, as in "reading the options"."""
        return self.doing if isinstance(self.doing, str) else self.doing()


def guarded(action: Callable[[Activity], int], activity: Activity) -> int:
    """Return the exit code of `action`, whatever happens to it or to its output.

    An error is one sentence on standard error: one that the user can fix has the exit code 2, a bug 1.
    """
    _open_missing_descriptors()
    with (
        contextlib.redirect_stdout(cast(IO[str], RobustStream(sys.stdout))),
        contextlib.redirect_stderr(cast(IO[str], RobustStream(sys.stderr))),
    ):
        try:
            return _exit_code(action, activity)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()


def _exit_code(action: Callable[[Activity], int], activity: Activity) -> int:
    try:
        return action(activity)
    except SystemExit as end:  # argparse, after --help
        return end.code if isinstance(end.code, int) else EXIT_ERROR if end.code else 0
    except KeyboardInterrupt:
        print("\nstopped immediately; whatever was not saved yet is lost.", file=sys.stderr)
        return EXIT_SIGNAL + signal.SIGINT
    except Exception as error:
        message = _describe(error, activity)
        if message is not None:
            print(f"error: {message}", file=sys.stderr)
            return EXIT_ERROR
        if activity.is_debugging:
            traceback.print_exc()
        else:
            print(f"error: {_report_bug(error, activity)}", file=sys.stderr)
        return EXIT_BUG


def _describe(error: Exception, activity: Activity) -> str | None:
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


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether Python, NumPy, TensorFlow or the operating system found no memory."""
    # TensorFlow may not be imported yet, so its exception is recognized by name.
    is_tensorflows = any(base.__name__ == "ResourceExhaustedError" for base in type(error).__mro__)
    return isinstance(error, MemoryError) or is_tensorflows or getattr(error, "errno", None) == errno.ENOMEM


def start_packages(start: Callable[[], Any], activity: Activity) -> None:
    """Call `start`, which imports TensorFlow and Keras.

    Raises AssignmentError if they are installed but cannot be started, for example because a DLL is missing.
    """
    activity.doing = "starting TensorFlow"
    try:
        start()
    except (AssignmentError, MemoryError, ModuleNotFoundError):
        raise
    except Exception as error:
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
    text = "\n".join(
        [
            f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}, while {activity.describe()}",
            f"command: {activity.command_line}",
            f"system: {platform.platform()}, Python {platform.python_version()}",
            f"packages: {', '.join(f'{name} {_version(name)}' for name in ('gan-assignment', *REPORTED_PACKAGES))}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    for open_report in (lambda: _report_in(activity.folder), _temporary_report):
        with contextlib.suppress(OSError), open_report() as file:
            file.write(text)
            return f"; the full report is in {file.name}"
    return ""


def _report_in(folder: Path | None) -> IO[str]:
    if folder is None or not folder.is_dir():
        raise FileNotFoundError
    return (folder / REPORT_NAME).open("w", encoding="utf-8", errors="backslashreplace")


def _temporary_report() -> IO[str]:
    return tempfile.NamedTemporaryFile(  # type: ignore[return-value]
        "w", encoding="utf-8", errors="backslashreplace", prefix="assignment-", suffix=f"-{REPORT_NAME}", delete=False
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def _open_missing_descriptors() -> None:
    """Open the null device in place of closed standard streams: the next file would take the number of one of them."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the smallest free number, which is this one


class RobustStream:
    """A standard stream of which all that cannot be written is dropped, since the work of the command matters more.

    Its reader may have ended (`... | head`), its terminal may be closed, or the disk of its file may be full.

    stream: None if the program was started without it. A notebook or IDLE has put another object in its place.
    """

    def __init__(self, stream: IO[str] | None):
        self._stream: Any = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without some letter of the first name prints "?" instead

    @property
    def encoding(self) -> str:
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        self._try("write", text)
        return len(text)

    def writelines(self, lines: Sequence[str]) -> None:
        self.write("".join(lines))

    def flush(self) -> None:
        self._try("flush")

    def isatty(self) -> bool:
        return bool(self._try("isatty"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _try(self, method: str, *arguments: str) -> Any:
        """Return the result of a method of the stream, None if it fails or does not exist."""
        try:
            return getattr(self._stream, method)(*arguments)
        except (AttributeError, ValueError):  # no such method, or closed
            return None
        except OSError as error:
            self._discard(error)
            return None

    def _discard(self, error: OSError) -> None:
        """Send what is written from now on, and what is still in its buffer, to the null device."""
        if isinstance(self._stream, io.TextIOWrapper):
            with contextlib.suppress(OSError):
                null = os.open(os.devnull, os.O_WRONLY)
                os.dup2(null, self._stream.fileno())
                os.close(null)
        if is_disk_full(error):  # for other reasons nobody reads it any more
            print("warning: the rest of the output is lost, because the disk is full.", file=sys.stderr)
