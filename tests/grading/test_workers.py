"""Workers are processes: one that dies costs its own submission only."""

import sys
from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.grading import workers
from assignment.grading.results import ResultFiles, read_result
from assignment.grading.worker import Setup
from assignment.grading.workers import Job, examine_all

# A worker that answers each task with what its file's name says.
FAKE = """
import json, os, sys, time
for line in sys.stdin:
    name = json.loads(line)["items"][0]["name"]
    if name == "dies": os._exit(7)
    if name == "hangs": time.sleep(60)
    if name == "fails": print(json.dumps(["failed", "OSError: broken"]), flush=True); continue
    print(json.dumps(["fatal", "no images."] if name == "fatal" else ["done", ""]), flush=True)
"""


@pytest.fixture
def examine_named(tmp_path, attempt_of, monkeypatch):
    """A function that examines files with these names; returns those that were reported, and the reasons."""
    monkeypatch.setattr(workers, "child_command", lambda module, setup: [sys.executable, "-c", FAKE])
    setup = Setup("fashion", None, None, None, False, str(tmp_path), str(tmp_path))

    def examine(*names, count=2):
        done = []
        jobs = {name: Job(name, attempt_of(Path(name))) for name in names}
        failures = examine_all(jobs, count, setup, done.append)
        return sorted(done), failures

    return examine


def test_every_job_is_done_once(examine_named):
    names = [f"n{number}" for number in range(7)]
    assert examine_named(*names) == (names, {}) == examine_named(*names, count=1)


def test_a_worker_that_dies_is_replaced_and_its_submission_has_a_reason(examine_named):
    names = ["a", "b", "dies", "dies2", "e"]
    done, reasons = examine_named(*names, count=1)
    assert done == names and reasons == {"dies": "examining it ended the process (code 7)"}


def test_a_worker_that_takes_too_long_is_stopped(examine_named, monkeypatch):
    monkeypatch.setattr(workers, "TIMEOUT", 0.5)
    done, reasons = examine_named("hangs", "b", count=1)
    assert done == ["b", "hangs"] and reasons["hangs"].startswith("examining it ended the process (more than")


def test_a_failure_is_reported_with_its_reason(examine_named):
    assert examine_named("a", "fails") == (["a", "fails"], {"fails": "examining it failed (OSError: broken)"})


def test_an_interrupt_leaves_no_failure_and_no_process(examine_named, monkeypatch, tmp_path):
    """After Ctrl-C, the ends of the workers are no results."""
    started = []
    popen = workers.subprocess.Popen
    monkeypatch.setattr(workers.subprocess, "Popen", lambda *a, **o: started.append(popen(*a, **o)) or started[-1])

    def interrupt(finished):
        raise KeyboardInterrupt

    monkeypatch.setattr(workers, "_next", interrupt)
    with pytest.raises(KeyboardInterrupt):
        examine_named("hangs", "b", "c")
    assert all(process.poll() is not None for process in started) and list(tmp_path.iterdir()) == []


def test_an_error_of_all_ends_the_grading(examine_named):
    with pytest.raises(AssignmentError, match="no images"):
        examine_named("a", "fatal", "c")


@pytest.mark.slow
def test_a_real_worker_examines_a_submission(make_submission, attempt_of, tmp_path):
    for name in ("results", "scratch"):
        (tmp_path / name).mkdir()
    setup = Setup("fashion", 300, 128, None, False, str(tmp_path / "results"), str(tmp_path / "scratch"))
    examine_all({"ana": Job("k", attempt_of(make_submission()))}, 2, setup, lambda name: None)
    found = read_result(ResultFiles(tmp_path / "results", "k"))
    assert found.evidence.reason == "" and len(found.evidence.networks) == 2
