import signal
import subprocess
import sys

import pytest

from assignment.processes import child_command

# `attached.main` runs this instead of the real command.
COMMAND = """
import signal, sys, time
def main():
    def stop(number, frame):
        print("stopped by", signal.Signals(number).name, flush=True)
        sys.exit(143)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if "ignore" in sys.argv else stop)
    print("started", sys.argv[1:], flush=True)
    for _ in range(6_000 if "wait" in sys.argv or "ignore" in sys.argv else 0):
        time.sleep(0.01)  # in short pieces, because on Windows nothing interrupts it
    return 3
"""
PROGRAM = f"""
import sys, types
module = types.ModuleType("assignment.cli")
exec({COMMAND!r}, module.__dict__)
sys.modules["assignment.cli"] = module
from assignment import attached
attached.STOP_SECONDS, attached.RETRY_SECONDS = 0.5, 0.05
attached.main(*sys.argv[1:])
"""


@pytest.fixture
def start():
    """A function that starts an attached command with its output as text."""
    processes = []

    def start(*words):
        command = [sys.executable, "-c", PROGRAM, *words]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_command_that_ends_has_its_own_exit_code(start):
    process = start("run", "--epochs=2")
    assert process.stdout.readline() == "started ['run', '--epochs=2']\n"
    assert process.wait(20) == 3


def test_a_command_stops_when_its_input_is_closed(start):
    process = start("wait")
    process.stdout.readline()
    process.stdin.close()
    assert process.stdout.readline() == "stopped by SIGTERM\n" and process.wait(20) == 143


def test_a_command_that_does_not_stop_is_ended(start):
    process = start("ignore")
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(20) == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only POSIX systems have SIGKILL")
def test_a_command_stops_when_the_process_that_started_it_is_killed(tmp_path):
    parent = tmp_path / "parent.py"
    parent.write_text(
        f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {PROGRAM!r}, 'wait'],"
        " stdin=subprocess.PIPE)\ntime.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, parent], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "started ['wait']\n"
    process.send_signal(signal.SIGKILL)
    assert process.stdout.read() == "stopped by SIGTERM\n"  # the end of the output: the command has ended, too
    process.wait()
    process.stdout.close()


@pytest.mark.slow
def test_a_real_command_runs_attached():
    words = child_command("assignment.attached", "practices", "ema")
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        printed = process.stdout.read()  # before standard input is closed
    assert process.returncode == 0 and "moving average" in printed
