import os
import signal
import sys
import threading
import time

import pytest

from assignment.lab import running
from assignment.lab.plan import Trial
from assignment.lab.running import Stopped, run_trials


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(running, "LOOK_EVERY", 0.02)


def of(tmp_path, count):
    return [Trial(f"practice{number}", 1, tmp_path / str(number)) for number in range(count)]


def run(trials, jobs, code, **watch):
    told = {
        "started": lambda trial: None,
        "ended": lambda trial, exit_code, seconds: None,
        "look": lambda now: None,
        "stopping": lambda running: None,
    }
    run_trials(trials, jobs, lambda trial: [sys.executable, "-c", code], **{**told, **watch})


def test_they_run_in_order_side_by_side_and_tell_how_they_ended(tmp_path):
    trials, started, ended, most = of(tmp_path, 4), [], [], []
    run(
        trials,
        2,
        "import sys; print('said'); sys.exit(3)",
        started=started.append,
        ended=lambda trial, code, seconds: ended.append((trial, code)),
        look=lambda now: most.append(len(now)),
    )
    assert started == trials and sorted(ended) == [(trial, 3) for trial in trials] and max(most) == 2
    assert (tmp_path / "0" / "log.txt").read_text().strip() == "said"


def test_the_cores_are_shared(tmp_path):
    (trial,) = of(tmp_path, 1)
    run([trial], 64, "import os; print(os.environ['OMP_NUM_THREADS'], os.environ['TF_NUM_INTRAOP_THREADS'])")
    assert (trial.folder / "log.txt").read_text().split() == ["1", "1"]


def test_the_package_is_found_wherever_the_lab_was_started(tmp_path):
    (trial,) = of(tmp_path, 1)
    run([trial], 1, "import os; os.chdir('/'); import assignment; print('found')")
    assert "found" in (trial.folder / "log.txt").read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal that a process could take in peace")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("exit_code", [0, 143])
def test_a_stop_waits_for_what_the_runs_still_write(tmp_path, number, exit_code):
    (trial, *_) = trials = of(tmp_path, 3)
    code = (
        "import signal, sys, time\n"
        f"def stop(*_):\n    print('checkpoint', flush=True); sys.exit({exit_code})\n"
        "signal.signal(signal.SIGTERM, stop); print('up', flush=True); time.sleep(60)"
    )

    def kill_when_up():
        while not (trial.folder / "log.txt").exists() or "up" not in (trial.folder / "log.txt").read_text():
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    threading.Thread(target=kill_when_up, daemon=True).start()
    waited_for, ended = [], []
    with pytest.raises(Stopped) as stopped:
        run(trials, 1, code, stopping=waited_for.append, ended=lambda trial, code, seconds: ended.append(trial))
    assert ended == ([trial] if exit_code == 0 else [])
    assert stopped.value.signal == number and waited_for == [1]
    assert "checkpoint" in (trial.folder / "log.txt").read_text()
    assert not (tmp_path / "1").exists()


def test_an_error_in_taking_in_a_result_stops_the_others(tmp_path):
    trials = of(tmp_path, 2)
    code = "import sys, time; time.sleep(60 if '1' in sys.argv else 0)"
    began = time.monotonic()

    def ended(trial, code, seconds):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_trials(
            trials,
            2,
            lambda trial: [sys.executable, "-c", code, trial.folder.name],
            started=lambda trial: None,
            ended=ended,
            look=lambda now: None,
            stopping=lambda running: None,
        )
    assert time.monotonic() - began < 30
