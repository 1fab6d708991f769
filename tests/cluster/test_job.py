import json
import sys
import threading
import time

import pytest

from assignment.cluster import job as job_module
from assignment.cluster.files import Changes
from assignment.cluster.images import ImageFiles, ImagesMissing
from assignment.cluster.job import LOG, NEVER_RAN, Job, report, run_job, stop, stop_all

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

    def start(key, *words):
        outcomes = []

        def run():
            outcomes.append(run_job(key, Job("ema, seed 1", ("run", *words)), NOTHING, 2, str(tmp_path)))

        thread = threading.Thread(target=run, daemon=True)
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


def has_history(key):
    changes = report(key, {}, checkpoints=True)
    return changes is not None and "ana/history.csv" in changes.contents


def test_a_job_returns_its_exit_code_and_files_and_leaves_nothing_on_the_worker(tmp_path):
    outcome = run_job("key", Job("ema, seed 1", ("run", "--epochs=2")), NOTHING, 2, str(tmp_path))
    assert (outcome.exit_code, outcome.was_stopped) == (0, False) and outcome.seconds > 0
    assert outcome.changes.contents["ana/history.csv"] == b"1"
    assert json.loads(outcome.changes.contents[LOG]) == [["run", "--epochs=2"], [], "2", "2"]
    assert list(tmp_path.iterdir()) == []


def test_a_job_continues_from_its_files(tmp_path):
    files = Changes({"ana/earlier.txt": (10**18, 1)}, {"ana/earlier.txt": b"1"})
    outcome = run_job("key", Job("ema", ("run",)), files, 1, str(tmp_path))
    assert json.loads(outcome.changes.contents[LOG])[1] == ["earlier.txt"]
    assert "ana/earlier.txt" in outcome.changes.versions and "ana/earlier.txt" not in outcome.changes.contents


def test_the_exit_code_of_a_failure_is_returned(tmp_path):
    outcome = run_job("key", Job("ema", ("run", "fail")), NOTHING, 1, str(tmp_path))
    assert (outcome.exit_code, outcome.was_stopped) == (3, False)


def test_files_are_reported_while_a_job_runs_and_it_can_be_stopped(start):
    assert report("key", {}, checkpoints=True) is None
    wait = start("key", "wait")
    wait_for(lambda: has_history("key"))
    stop("another key")
    stop("key")
    outcome = wait()
    assert (outcome.exit_code, outcome.was_stopped) == (143, True)
    assert outcome.changes.contents["ana/checkpoint.txt"] == b"last"
    assert report("key", {}, checkpoints=True) is None


def test_the_files_of_a_job_that_ends_during_a_report_are_not_taken_for_deleted(start, monkeypatch):
    wait = start("key", "wait")
    wait_for(lambda: has_history("key"))

    def read_late(*arguments, **options):
        monkeypatch.undo()
        stop("key")
        wait()
        return Changes({}, {})  # as of a folder that is being deleted

    monkeypatch.setattr(job_module, "read_changes", read_late)
    assert report("key", {}, checkpoints=True) is None


def test_a_job_stops_if_nobody_asks_for_it_and_a_late_report_does_not_hide_that(start, monkeypatch):
    monkeypatch.setattr(job_module, "LEASE_SECONDS", 0.5)
    monkeypatch.setattr(job_module, "child_command", lambda module, *words: [sys.executable, "-c", SLOW_TO_STOP])
    wait = start("key")
    wait_for(lambda: (active := job_module._active.get("key")) is not None and active.is_stopped)
    report("key", {}, checkpoints=False)
    outcome = wait()
    assert (outcome.exit_code, outcome.was_stopped) == (143, True)


SLOW_TO_STOP = "import sys, time; sys.stdin.read(); time.sleep(0.5); sys.exit(143)"


def test_jobs_of_a_killed_command_are_stopped_and_the_next_one_waits_for_them(start):
    first = start("first", "wait")
    wait_for(lambda: has_history("first"))
    stop_all()
    second = start("second")
    assert first().was_stopped
    assert second().exit_code == 0


def test_a_job_that_is_stopped_before_it_starts_never_runs(start):
    job_module._turn.acquire()
    try:
        wait = start("key")
        wait_for(lambda: report("key", {}, checkpoints=False) is not None)
        stop("key")
    finally:
        job_module._turn.release()
    outcome = wait()
    assert (outcome.exit_code, outcome.was_stopped) == (NEVER_RAN, True)


def test_a_run_computes_with_the_threads_of_the_worker_and_not_with_those_of_its_nanny(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    print_it = "import os; print(os.environ.get('OPENBLAS_NUM_THREADS'), os.environ['OMP_NUM_THREADS'])"
    monkeypatch.setattr(job_module, "child_command", lambda module, *words: [sys.executable, "-c", print_it])
    outcome = run_job("key", Job("ema", ()), NOTHING, 3, str(tmp_path))
    assert outcome.changes.contents[LOG].split() == [b"None", b"3"]


def test_a_worker_without_the_images_says_so(tmp_path):
    images = ImageFiles(str(tmp_path / "missing"), {"a.gz": "0123"})
    with pytest.raises(ImagesMissing):
        run_job("key", Job("ema", ("run",), images), NOTHING, 1, str(tmp_path / "scratch"))
