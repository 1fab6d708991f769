import os
import signal
import sys
import threading
import time

import pytest

from assignment.errors import AssignmentError
from assignment.lab import running
from assignment.lab.plan import Trial
from assignment.lab.running import Stopped, run_trials


@pytest.fixture(autouse=True)
def poll_often(monkeypatch):
    monkeypatch.setattr(running, "POLL_SECONDS", 0.02)


@pytest.fixture
def make_trials(tmp_path):
    """A function that returns that many trials, each in its own folder."""
    return lambda count: [Trial(f"practice{number}", 1, tmp_path / str(number)) for number in range(count)]


class Recorder:
    """An observer that records what it is called with."""

    def __init__(self):
        self.started, self.exit_codes, self.most_running, self.waited_for = [], {}, 0, []

    def on_start(self, trial):
        self.started.append(trial)

    def on_end(self, trial, exit_code, seconds):
        assert seconds >= 0
        self.exit_codes[trial] = exit_code

    def on_poll(self, running):
        self.most_running = max(self.most_running, len(running))

    def on_stop(self, count):
        self.waited_for.append(count)


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def run(recorder):
    """A function that runs a Python program for each trial, with the trial's folder name as its argument."""

    def run(trials, jobs, program, observer=recorder):
        run_trials(trials, jobs, lambda trial: [sys.executable, "-c", program, trial.folder.name], observer)

    return run


def test_trials_run_in_order_two_at_a_time_and_their_exit_codes_are_reported(make_trials, run, tmp_path):
    """Trials end only after two were seen running, so the test does not depend on the speed of the machine."""
    release = tmp_path / "release"

    class Releasing(Recorder):
        def on_poll(self, running):
            super().on_poll(running)
            if len(running) == 2:
                release.touch()

    program = (
        "import pathlib, sys, time\n"
        f"release = pathlib.Path({str(release)!r})\n"
        "print('printed', flush=True)\n"
        "for _ in range(2_000):\n"  # 20 seconds
        "    if release.exists():\n"
        "        sys.exit(3)\n"
        "    time.sleep(0.01)"
    )
    trials, recorder = make_trials(4), Releasing()
    run(trials, 2, program, recorder)
    assert recorder.started == trials and recorder.exit_codes == dict.fromkeys(trials, 3)
    assert recorder.most_running == 2 and recorder.waited_for == []
    assert trials[0].log.read_text().strip() == "printed"


@pytest.mark.parametrize(("jobs", "threads"), [(2, "3"), (64, "1")])
def test_the_usable_processors_are_shared(make_trials, run, monkeypatch, jobs, threads):
    """They can be fewer than the machine has, as in a container."""
    monkeypatch.setattr("assignment.lab.running.usable_processors", lambda: 6)
    (trial,) = make_trials(1)
    run([trial], jobs, "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['TF_NUM_INTRAOP_THREADS'])")
    assert trial.log.read_text().split() == [threads, threads]


def test_a_trial_finds_the_package_from_any_folder(make_trials, run):
    (trial,) = make_trials(1)
    run([trial], 1, "import os; os.chdir('/'); import assignment; print('found')")
    assert "found" in trial.log.read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process can handle and exit cleanly")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)])
@pytest.mark.parametrize("exit_code", [0, 143])
def test_a_stop_waits_for_the_checkpoints_of_the_trials(make_trials, run, recorder, number, exit_code):
    trials = make_trials(3)
    program = (
        "import signal, sys, time\n"
        f"def stop(*_):\n    print('checkpoint', flush=True); sys.exit({exit_code})\n"
        "signal.signal(signal.SIGTERM, stop); print('ready', flush=True); time.sleep(60)"
    )
    log = trials[0].log

    def kill_when_ready():
        while not log.exists() or "ready" not in log.read_text():
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    threading.Thread(target=kill_when_ready, daemon=True).start()
    with pytest.raises(Stopped) as stopped:
        run(trials, 1, program)
    assert recorder.exit_codes == ({trials[0]: 0} if exit_code == 0 else {})
    assert stopped.value.signal == number and recorder.waited_for == [1]
    assert "checkpoint" in log.read_text()
    assert not trials[1].folder.exists()


def test_an_error_of_the_observer_stops_the_other_trials(make_trials, run):
    class Failing(Recorder):
        def on_end(self, trial, exit_code, seconds):
            raise ZeroDivisionError

    started = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        run(make_trials(2), 2, "import sys, time; time.sleep(60 if '1' in sys.argv else 0)", Failing())
    assert time.monotonic() - started < 30


def test_a_lab_can_run_in_a_thread(make_trials, run, recorder):
    """In which Python cannot handle signals."""
    (trial,) = make_trials(1)
    thread = threading.Thread(target=lambda: run([trial], 1, "pass"))
    thread.start()
    thread.join()
    assert recorder.exit_codes == {trial: 0}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process can handle and exit cleanly")
def test_signals_after_the_first_do_not_end_the_wait_for_checkpoints(make_trials, run):
    """A closed terminal sends SIGHUP twice, and a shutdown SIGTERM as well."""
    (trial,) = make_trials(1)
    program = (
        "import os, signal, sys, time\n"
        "def stop(*_):\n"
        "    os.kill(os.getppid(), signal.SIGTERM); os.kill(os.getppid(), signal.SIGHUP); time.sleep(0.2)\n"
        "    print('checkpoint', flush=True); sys.exit(129)\n"
        "signal.signal(signal.SIGTERM, stop); os.kill(os.getppid(), signal.SIGHUP); time.sleep(60)"
    )
    with pytest.raises(Stopped) as stopped:
        run([trial], 1, program)
    assert stopped.value.signal == signal.SIGHUP and "checkpoint" in trial.log.read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
def test_an_ignored_signal_stays_ignored(make_trials, run, recorder):
    """As under nohup."""
    (trial,) = make_trials(1)
    earlier = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        run([trial], 1, "import os, signal; os.kill(os.getppid(), signal.SIGHUP)")
    finally:
        signal.signal(signal.SIGHUP, earlier)
    assert recorder.exit_codes == {trial: 0}


def test_a_handler_that_was_not_installed_from_python_is_kept(make_trials, run, recorder, monkeypatch):
    (trial,) = make_trials(1)
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    run([trial], 1, "pass")
    assert recorder.exit_codes == {trial: 0}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_as_the_log_is_refused(make_trials, run):
    (trial,) = make_trials(1)
    trial.folder.mkdir()
    os.mkfifo(trial.log)
    with pytest.raises(AssignmentError, match="log.txt is a pipe"):
        run([trial], 1, "")
