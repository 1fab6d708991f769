import json
import sys
import threading
import time

import pytest

from assignment.cluster import job as job_module
from assignment.cluster.files import Changes
from assignment.cluster.images import ImageFiles, ImagesMissing
from assignment.cluster.job import LOG, NEVER_RAN, Job, report, run_job, stop

NOTHING = Changes({}, {})
# Writes a file, prints its words and its threads, and ends when its standard input does.
PROGRAM = """
import json, os, pathlib, sys
folder = pathlib.Path("ana"); folder.mkdir(exist_ok=True)
found = [path.name for path in folder.iterdir()]
(folder / "history.csv").write_text("1")
print(json.dumps([sys.argv[1:], found, os.environ["OMP_NUM_THREADS"], os.environ["TF_NUM_INTRAOP_THREADS"]]))
sys.stdout.flush()
if "wait" in sys.argv:
    sys.stdin.read()
    (folder / "checkpoint.txt").write_text("last")
    sys.exit(143)
sys.exit(3 if "fail" in sys.argv else 0)
"""


@pytest.fixture(autouse=True)
def program(monkeypatch):
    monkeypatch.setattr(job_module, "child_command", lambda module, *words: [sys.executable, "-c", PROGRAM, *words])
    monkeypatch.setattr(job_module, "POLL_SECONDS", 0.02)


@pytest.fixture
def start(tmp_path):
    """A function that runs a job in a thread, as a worker does, and returns a function that waits for its outcome."""

    def start(job, files=NOTHING):
        outcomes = []
        thread = threading.Thread(target=lambda: outcomes.append(run_job(job, files, 2, str(tmp_path))), daemon=True)
        thread.start()

        def wait():
            thread.join(20)
            (outcome,) = outcomes
            return outcome

        return wait

    return start


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def has_history(name):
    changes = report(name, {}, checkpoints=True)
    return changes is not None and "ana/history.csv" in changes.contents


def test_a_job_returns_its_exit_code_and_files_and_leaves_nothing_on_the_worker(tmp_path):
    outcome = run_job(Job("ema, seed 1", ("run", "--epochs=2")), NOTHING, 2, str(tmp_path))
    assert (outcome.exit_code, outcome.was_stopped) == (0, False) and outcome.seconds > 0
    assert outcome.changes.contents["ana/history.csv"] == b"1"
    assert json.loads(outcome.changes.contents[LOG]) == [["run", "--epochs=2"], [], "2", "2"]
    assert list(tmp_path.iterdir()) == []


def test_a_job_continues_from_its_files(tmp_path):
    files = Changes({"ana/earlier.txt": (10**18, 1)}, {"ana/earlier.txt": b"1"})
    outcome = run_job(Job("ema", ("run",)), files, 1, str(tmp_path))
    assert json.loads(outcome.changes.contents[LOG])[1] == ["earlier.txt"]
    assert "ana/earlier.txt" in outcome.changes.versions and "ana/earlier.txt" not in outcome.changes.contents


def test_the_exit_code_of_a_failure_is_returned(tmp_path):
    outcome = run_job(Job("ema", ("run", "fail")), NOTHING, 1, str(tmp_path))
    assert (outcome.exit_code, outcome.was_stopped) == (3, False)


def test_files_are_reported_while_a_job_runs_and_it_can_be_stopped(start):
    assert report("ema", {}, checkpoints=True) is None
    wait = start(Job("ema", ("run", "wait")))
    wait_for(lambda: has_history("ema"))
    stop("ema")
    outcome = wait()
    assert (outcome.exit_code, outcome.was_stopped) == (143, True)
    assert outcome.changes.contents["ana/checkpoint.txt"] == b"last"
    assert report("ema", {}, checkpoints=True) is None


def test_a_job_stops_if_nobody_asks_for_it(start, monkeypatch):
    monkeypatch.setattr(job_module, "LEASE_SECONDS", 0.5)
    assert start(Job("ema", ("run", "wait")))().was_stopped


def test_a_new_job_stops_an_abandoned_one_and_waits_for_it(start):
    first = start(Job("ema", ("run", "wait")))
    wait_for(lambda: has_history("ema"))
    second = start(Job("ema", ("run",)))
    assert first().was_stopped
    assert second().exit_code == 0


def test_a_job_that_is_stopped_before_it_starts_never_runs(start, monkeypatch):
    job_module._turn.acquire()
    try:
        wait = start(Job("ema", ("run",)))
        wait_for(lambda: report("ema", {}, checkpoints=False) is not None)
        stop("ema")
    finally:
        job_module._turn.release()
    assert wait().exit_code == NEVER_RAN


def test_a_worker_without_the_images_says_so(tmp_path):
    images = ImageFiles(str(tmp_path / "missing"), {"a.gz": "0123"})
    with pytest.raises(ImagesMissing):
        run_job(Job("ema", ("run",), images), NOTHING, 1, str(tmp_path / "scratch"))
