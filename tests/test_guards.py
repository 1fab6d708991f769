"""The guards around every command: errors that nobody foresaw, and streams that fail."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assignment import cli
from assignment.errors import EXIT_BUG, EXIT_ERROR, AssignmentError
from assignment.guards import Activity, guarded, start_packages

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture
def activity():
    return Activity("assignment", ["practices"])


@pytest.fixture
def no_temporary_files(monkeypatch, tmp_path):
    """Write temporary files into an empty folder, which is returned."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def failing(error):
    """Return a command that raises this error."""

    def action(activity):
        raise error

    return action


class FailingStream(io.StringIO):
    """A stream that cannot be written."""

    def __init__(self, number):
        super().__init__()
        self.number = number

    def write(self, text=""):
        raise OSError(self.number, os.strerror(self.number))

    flush = write


def test_a_letter_that_the_console_does_not_have_is_printed_as_a_question_mark(monkeypatch, activity):
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\n")
    monkeypatch.setattr(sys, "stdout", console)
    assert guarded(lambda activity: print("dataset_Ана") or 0, activity) == 0
    console.flush()
    assert console.buffer.getvalue() == b"dataset_???\n"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device", "step7_losses.png"), "disk is full"),
        (PermissionError(13, "Permission denied", "run.json"), "permission denied"),
        (OSError(errno.ENAMETOOLONG, "File name too long", "aaa"), "a path is too long"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "file/x"), "part of the path is a file"),
    ],
)
def test_an_os_error_is_reported_in_one_sentence(capsys, activity, error, message):
    assert guarded(failing(error), activity) == 2
    errors = capsys.readouterr().err
    assert message in errors and error.filename in errors and errors.count("\n") == 1


def test_ctrl_c_outside_a_training_ends_with_the_exit_code_of_the_signal(capsys, activity):
    assert guarded(failing(KeyboardInterrupt()), activity) == 130
    assert capsys.readouterr().err.startswith("\nstopped at once; the same command continues")
    activity.after_stop = "nothing was written"
    assert guarded(failing(KeyboardInterrupt()), activity) == 130
    assert capsys.readouterr().err == "\nstopped at once; nothing was written.\n"


@pytest.mark.parametrize(("code", "expected"), [(None, 0), (0, 0), (2, 2), ("text", 2)])
def test_argparse_ends_a_command_with_its_exit_code(activity, code, expected):
    assert guarded(failing(SystemExit(code)), activity) == expected


class ResourceExhaustedError(Exception):
    """Has the name of TensorFlow's exception."""


@pytest.mark.parametrize("error", [MemoryError(), ResourceExhaustedError(), OSError(errno.ENOMEM, "no memory")])
def test_every_kind_of_full_memory_is_answered_with_what_needs_less(capsys, activity, error):
    activity.doing, activity.less_memory = "drawing", "choose a smaller --count"
    assert guarded(failing(error), activity) == 2
    assert capsys.readouterr().err == "error: the memory is full, while drawing; choose a smaller --count.\n"


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("by\nzero"), RecursionError(), UnicodeDecodeError("utf-8", b"", 0, 1, "")]
)
def test_a_bug_is_one_sentence_with_a_report_and_exit_code_1(capsys, activity, tmp_path, error):
    activity.doing, activity.folder = lambda: "running step 7", tmp_path
    assert guarded(failing(error), activity) == EXIT_BUG
    output, errors = capsys.readouterr()
    assert errors.startswith(f"error: a bug in this program, not your mistake: {type(error).__name__}")
    assert errors.count("\n") == 1 and "Traceback" not in output + errors
    assert "while running step 7;" in errors and "give the same command again" in errors
    report = tmp_path / "error_report.txt"
    assert f"the full report is in {report};" in errors
    text = report.read_text(encoding="utf-8")
    for part in (
        "while running step 7",
        "command: assignment practices",
        "tensorflow 2.",
        "Traceback",
        type(error).__name__,
    ):
        assert part in text


@pytest.mark.parametrize("folder", [None, "missing"])
def test_a_report_without_a_folder_is_a_temporary_file(capsys, activity, no_temporary_files, tmp_path, folder):
    activity.folder = folder and tmp_path / folder
    assert guarded(failing(ZeroDivisionError()), activity) == EXIT_BUG
    (report,) = no_temporary_files.iterdir()
    assert f"the full report is in {report};" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_place_of_the_report_is_replaced(capsys, activity, tmp_path):
    """Opening it would wait forever."""
    activity.folder = tmp_path
    os.mkfifo(tmp_path / "error_report.txt")
    assert guarded(failing(ZeroDivisionError()), activity) == EXIT_BUG
    assert "Traceback" in (tmp_path / "error_report.txt").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_left_out(capsys, activity, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "missing")
    assert guarded(failing(ZeroDivisionError()), activity) == EXIT_BUG
    errors = capsys.readouterr().err
    assert "report" not in errors and errors.count("\n") == 1


def test_debug_shows_the_traceback_of_a_bug_instead(capsys, no_temporary_files):
    assert guarded(failing(ZeroDivisionError()), Activity("assignment", ["practices", "--debug"])) == EXIT_BUG
    assert "Traceback" in capsys.readouterr().err and not list(no_temporary_files.iterdir())


def test_a_module_of_our_own_that_is_missing_is_a_bug(capsys, activity, no_temporary_files):
    assert guarded(failing(ModuleNotFoundError("No module", name="assignment.fashion.x")), activity) == EXIT_BUG
    assert guarded(failing(ModuleNotFoundError("No module", name="rich.console")), activity) == 2
    assert "the package 'rich' is not installed" in capsys.readouterr().err
    assert guarded(failing(ImportError("cannot import name 'x' from 'rich'.", name="rich")), activity) == 2
    errors = capsys.readouterr().err
    assert (
        "the package 'rich' cannot be used in this Python (ImportError: cannot import name 'x' from 'rich');" in errors
    )


def test_tensorflow_that_does_not_start_is_one_sentence_with_a_report(capsys, activity, no_temporary_files):
    def start():
        raise ImportError("DLL load failed while importing _pywrap_tensorflow_internal\nmore")

    assert guarded(lambda activity: start_packages(start, activity), activity) == 2
    (report,) = no_temporary_files.iterdir()
    errors = capsys.readouterr().err
    assert "TensorFlow is installed but does not start (ImportError: DLL load failed" in errors
    assert str(report) in errors and errors.count("\n") == 1
    assert "Traceback" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "error",
    [
        AssignmentError("no."),
        ModuleNotFoundError(name="keras"),
        MemoryError(),
        OSError(errno.ENOMEM, "no memory"),
        ResourceExhaustedError(),
    ],
)
def test_other_errors_of_the_start_are_not_mistaken_for_it(activity, error):
    with pytest.raises(type(error)):
        start_packages(lambda: failing(error)(activity), activity)


@pytest.mark.parametrize(
    ("make_stdout", "code"),
    [
        (io.StringIO, 0),
        (lambda: None, 0),
        (lambda: FailingStream(errno.EPIPE), 0),
        (lambda: FailingStream(errno.ENOSPC), EXIT_ERROR),
        (lambda: object(), 0),
    ],
)
def test_a_command_works_with_any_object_as_standard_output(monkeypatch, make_stdout, code):
    for arguments in (["practices"], ["--help"], ["--version"]):
        monkeypatch.setattr(sys, "stdout", make_stdout())
        monkeypatch.setattr(sys, "stderr", make_stdout())
        assert cli.main(arguments) == code
    assert cli.main(["run"]) == 2


def test_the_streams_are_put_back(activity):
    before = sys.stdout, sys.stderr
    guarded(lambda activity: 0, activity)
    assert (sys.stdout, sys.stderr) == before


@pytest.mark.skipif(sys.platform == "win32", reason="uses the shell's redirections")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("practices >&-", 0),
        ("practices 2>&-", 0),
        ("practices <&- >&- 2>&-", 0),
        ("--version >&-", 0),
        ("run >&- 2>&-", 2),
        ("practices | true", 0),
        ("run --help | true", 0),
    ],
)
def test_a_closed_stream_leaves_the_exit_code(line, code):
    shell = f"set -o pipefail; '{sys.executable}' -m assignment {line}"
    process = subprocess.run(["bash", "-c", shell], cwd=CHECKOUT, capture_output=True, timeout=60)
    assert (process.returncode, process.stderr) == (code, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows duplicates no closed streams")
def test_a_file_never_receives_the_number_of_a_closed_stream(tmp_path):
    program = f"""
import os, sys
from assignment.guards import Activity, guarded
numbers = []
guarded(lambda activity: numbers.append(os.open({str(tmp_path / "file")!r}, os.O_CREAT)) or 0, Activity())
sys.exit(numbers[0])
"""
    line = ["bash", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, program]
    assert subprocess.run(line, cwd=CHECKOUT, timeout=60).returncode > 2


@pytest.mark.parametrize(
    ("typed", "options", "command_line"),
    [
        (
            ["/usr/bin/python3", "run_assignment.py", "--firstname", "ana"],
            2,
            "python run_assignment.py --firstname ana",
        ),
        (["python", "-m", "assignment", "run", "--seed", "2"], 3, "python -m assignment run --seed 2"),
        (["py", "run_assignment.py", "--data-dir", "my data"], 2, "python run_assignment.py --data-dir 'my data'"),
        (["/venv/bin/python", "/venv/bin/assignment", "run"], 1, "assignment run"),
        (["python", "a\udcff/run_assignment.py", "--seed", "2"], 2, "python 'a\\udcff/run_assignment.py' --seed 2"),
    ],
)
def test_the_recorded_command_line_is_the_one_that_was_typed(monkeypatch, typed, options, command_line):
    monkeypatch.setattr(sys, "orig_argv", typed)
    monkeypatch.setattr(sys, "argv", ["program", *typed[-options:]])
    assert Activity().command_line == command_line


def test_the_recorded_command_line_of_a_notebook_is_not_that_of_its_kernel(monkeypatch):
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "ipykernel_launcher", "-f", "kernel.json"])
    monkeypatch.setattr(sys, "argv", ["run_assignment.py", "--firstname", "ana"])  # as %run sets it
    assert Activity().command_line == "python run_assignment.py --firstname ana"
    options = ["--firstname", "ana"]
    assert Activity("python run_assignment.py", options).command_line == "python run_assignment.py --firstname ana"


@pytest.mark.parametrize(("code", "expected"), [(0, 2), (1, 2), (2, 2), (70, 70), (130, 130)])
def test_lost_output_is_an_error_whatever_the_answer_was(monkeypatch, activity, code, expected):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert guarded(lambda activity: print("an answer") or code, activity) == expected
