"""A lab on a real scheduler and two real workers, one of which is killed, has the table of a lab without a cluster."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assignment.environment import usable_processors
from assignment.lab import distributing, remote_trial
from assignment.lab import lab as lab_module
from assignment.lab.lab import run_lab
from assignment.lab.results import SECONDS, read_results
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.storage.reading import read_json

TINY_RUN = Path(__file__).parent.parent / "cluster" / "tiny_run.py"
START_SECONDS, FETCH_SECONDS = 60, 300

pytestmark = pytest.mark.slow


@pytest.fixture
def dask(tmp_path):
    """A function that starts a Dask command on this machine; it ends with the test."""
    processes = []

    def start(command, *options):
        log = (tmp_path / f"{command}_{len(processes)}.txt").open("wb")
        words = [sys.executable, "-m", f"distributed.cli.dask_{command}", "--no-dashboard", *options]
        processes.append(subprocess.Popen(words, stdout=log, stderr=log, cwd=tmp_path))
        log.close()
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def scheduler(dask, tmp_path):
    """The file of a running scheduler."""
    file = tmp_path / "scheduler.json"
    dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    deadline = time.monotonic() + START_SECONDS
    while not (file.exists() and read_json(file, dict)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return file


@pytest.fixture
def start_worker(dask, scheduler, tmp_path):
    """A function that starts a worker whose runs take seconds."""
    threads = str(usable_processors())  # those of a lab without a cluster that runs one trial at a time
    folder = str(tmp_path / "scratch")
    return lambda: dask(
        *("worker", "--scheduler-file", str(scheduler), "--nthreads", threads, "--no-nanny"),
        *("--local-directory", folder, "--preload", str(TINY_RUN)),
    )


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that runs a lab of four trials in a folder and returns its exit code and results."""
    monkeypatch.setattr(distributing, "POLL_SECONDS", 0.2)
    monkeypatch.setattr(remote_trial, "REPORT_SECONDS", 0.5)
    monkeypatch.setattr(remote_trial, "CHECKPOINT_SECONDS", 0.5)
    in_its_folder = lab_module.trial_command
    monkeypatch.setattr(
        lab_module,
        "trial_command",
        lambda trial, settings: [sys.executable, str(TINY_RUN), "assignment", *in_its_folder(trial, settings)[3:]],
    )

    def run(name, **options):
        settings = LabSettings(
            "ana", practices=("ema",), seeds=2, epochs=11, data="standin", outputs_dir=tmp_path / name, **options
        )
        workspace = LabWorkspace.for_lab("fashion", settings.outputs_dir, "ana")
        workspace.prepare()
        return run_lab(settings, workspace, "assignment lab"), read_results(workspace.results)

    return run


def test_a_lab_whose_worker_is_killed_has_the_table_of_a_lab_without_a_cluster(
    run, scheduler, start_worker, tmp_path, capsys
):
    victim, _ = start_worker(), start_worker()
    killed = []

    def kill():
        """Kill a worker as soon as the lab has fetched a checkpoint of both."""
        runs = LabWorkspace.for_lab("fashion", tmp_path / "cluster", "ana").runs
        deadline = time.monotonic() + FETCH_SECONDS
        while len(list(runs.glob("*/seed_1/ana/fashion/checkpoints/*.sha256"))) < 2:
            if time.monotonic() > deadline:
                return
            time.sleep(0.05)
        victim.kill()
        killed.append(victim)

    threading.Thread(target=kill, daemon=True).start()
    exit_code, results = run("cluster", scheduler=str(scheduler))
    printed = capsys.readouterr().out
    assert exit_code == 0 and killed and "waits for another one" in printed
    assert printed.count("runs done") == 4  # each trial was completed once
    logs = [path.read_text(encoding="utf-8") for path in (tmp_path / "cluster").rglob("log.txt")]
    assert len(logs) == 4 and sum("continuing at epoch" in log for log in logs) == 1

    exit_code, alone = run("alone", jobs=1)
    assert exit_code == 0 and len(alone) == 4
    unlike = {SECONDS: 0.0, "seconds": 0.0}
    assert [result._replace(**unlike) for result in results] == [result._replace(**unlike) for result in alone]
    tables = [tmp_path / name / "ana" / "lab" / "fashion" / "curves.csv" for name in ("cluster", "alone")]
    assert tables[0].read_bytes() == tables[1].read_bytes()
