import csv
import json
import os
from math import isnan, nan

import pytest

from assignment.evaluation.health import DIVERGENCE
from assignment.evaluation.verdicts import NO_COLLAPSE_QUESTION
from assignment.lab.results import Result, read_results, write_results
from assignment.lab.trial_files import count_epochs, read_points, read_trial
from assignment.storage.files import FORMAT
from assignment.storage.workspace import Workspace


@pytest.fixture
def run(tmp_path):
    """The workspace of a trial's run."""
    return Workspace(tmp_path / "run", tmp_path / "models", "ana")


@pytest.fixture
def write_run(run):
    """A function that writes the files that a run leaves."""

    def write(status="finished", has_metrics=True, problem="mode collapse", no_collapse="yes", saved_format=FORMAT):
        run.folder.mkdir()
        record = {
            "format": saved_format,
            "status": status,
            "epochs_done": 3,
            "data": {"caption": "the real ones"},
            "problems": [{"name": problem, "first": 2, "last": 3}],
        }
        run.record.write_text(json.dumps(record), encoding="utf-8")
        with run.history.open("w", newline="", encoding="utf-8") as lines:
            csv.writer(lines).writerows([("epoch", "updates", "seconds"), (1, 10, 90), (2, 10, 2), (3, 10, 4)])
        if has_metrics:
            means = {"judge_fid": 9.5, "precision": 0.7, "recall": 0.6, "diversity": 0.9}
            generated = {name: {"mean": mean, "lowest": 0.0, "highest": 99.0} for name, mean in means.items()}
            metrics = {
                "format": saved_format,
                "generated": generated,
                "floor": generated,
                "judge": {"accuracy": 0.99, "weights": "0123456789ab"},
                "judge_fid_note": "",
                "images": {"per_draw": 2, "draws": 5, "real": 4},
                "copying": {"nearest": 0.2, "floor": 0.2, "copies": 0.01},
                "verdicts": [
                    {"question": "Were the losses stable?", "answer": "no", "evidence": ""},
                    {"question": NO_COLLAPSE_QUESTION, "answer": no_collapse, "evidence": ""},
                ],
                "over_time": [{"epoch": 3, **means}],
            }
            run.metrics.write_text(json.dumps(metrics), encoding="utf-8")

    return write


def test_a_result_is_read_from_the_files_of_a_run(run, write_run):
    write_run()
    assert read_trial("ema", 2, run) == Result(
        practice="ema",
        seed=2,
        epochs=3,
        status="finished",
        judge_fid=9.5,
        precision=0.7,
        recall=0.6,
        diversity=0.9,
        seconds_an_update=0.4,
        seconds=96.0,
        problems="mode collapse, epochs 2 to 3",
        judge="0123456789ab",
        images="the real ones",
    )


@pytest.mark.parametrize(
    ("versions", "machine"),
    [
        ({"processor": "EPYC (avx2)", "threads per operation": "1", "usable processors": "8"}, "EPYC (avx2), 1 thread"),
        ({"processor": "M4", "threads per operation": "automatic", "usable processors": "8"}, "M4, 8 threads"),
        ({}, ""),
    ],
)
def test_the_machine_is_its_processor_and_the_number_of_threads(run, write_run, versions, machine):
    write_run()
    record = json.loads(run.record.read_text(encoding="utf-8"))
    run.record.write_text(json.dumps({**record, "versions": versions}), encoding="utf-8")
    assert read_trial("ema", 2, run).machine == machine


def test_a_run_without_its_history_has_no_result(run, write_run):
    write_run()
    run.history.unlink()
    assert read_trial("ema", 2, run) is None


def test_a_run_of_another_format_has_no_result(run, write_run):
    write_run(saved_format=FORMAT - 1)
    assert read_trial("ema", 2, run) is None


def test_a_collapse_that_only_the_final_evaluation_finds_is_a_problem(run, write_run):
    write_run(problem="exploding gradients", no_collapse="no")
    problems = read_trial("sgd", 1, run).problems
    assert problems == "exploding gradients, epochs 2 to 3; mode collapse, by the verdict at its end"


@pytest.mark.parametrize(
    ("status", "has_metrics"), [("interrupted", True), ("finished", False), ("failed", True), (None, False)]
)
def test_a_run_that_neither_finished_nor_diverged_has_no_result(run, write_run, status, has_metrics):
    if status is not None:
        write_run(status, has_metrics)
    assert read_trial("ema", 2, run) is None


def test_a_diverged_run_has_a_result_without_metrics(run, write_run):
    write_run("failed", problem=DIVERGENCE)
    result = read_trial("ema", 2, run)
    assert result.status == "failed" and result.epochs == 3 and result.judge == ""
    assert isnan(result.judge_fid) and isnan(result.precision) and isnan(result.recall)
    assert result.problems == f"{DIVERGENCE}, epochs 2 to 3"


def test_the_epochs_of_a_running_trial_are_counted(run, write_run):
    assert count_epochs(run.history) == 0
    write_run()
    assert count_epochs(run.history) == 3


def set_item(content, keys, value):
    for key in keys[:-1]:
        content = content[key]
    content[keys[-1]] = value


@pytest.mark.parametrize(
    ("name", "keys", "value"),
    [
        ("record", ["status"], None),
        ("record", ["epochs_done"], "3"),
        ("record", ["problems"], None),
        ("record", ["problems"], ["mode collapse"]),
        ("record", ["problems", 0, "name"], 2.5),
        ("record", ["data"], []),
        ("record", ["data", "caption"], {}),
        ("record", ["format"], [FORMAT]),
        ("metrics", ["generated"], []),
        ("metrics", ["generated", "judge_fid"], 9.5),
        ("metrics", ["generated", "judge_fid", "mean"], "9.5"),
        ("metrics", ["generated", "judge_fid", "mean"], nan),
        ("metrics", ["generated"], {}),
        ("metrics", ["judge"], None),
        ("metrics", ["judge", "weights"], 7),
        ("metrics", ["verdicts"], {}),
        ("metrics", ["verdicts", 0], "yes"),
    ],
)
def test_a_run_whose_files_have_another_shape_has_no_result(run, write_run, name, keys, value):
    write_run()
    path = getattr(run, name)
    content = json.loads(path.read_text(encoding="utf-8"))
    set_item(content, keys, value)
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_trial("ema", 2, run) is None


DAMAGED = [b"", b"null", b"[" * 100_000, b"\xff\xfe", b"epoch,updates,seconds\n1,0,2\n", b"epoch,updates,seconds\n1\n"]
WITHOUT_SECONDS = b"epoch,updates,seconds\n1,10,nan\n"
DAMAGED += [b"epoch,updates,seconds\n1,x,2\n", b'"' + b"x" * 200_000, WITHOUT_SECONDS]


@pytest.mark.parametrize("content", DAMAGED)
@pytest.mark.parametrize("name", ["record", "metrics", "history"])
def test_a_run_with_a_damaged_file_has_no_result(run, write_run, name, content):
    write_run()
    getattr(run, name).write_bytes(content)
    assert read_trial("ema", 2, run) is None
    if name == "history":
        assert count_epochs(run.history) == (1 if content == WITHOUT_SECONDS else 0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_are_not_read(run, write_run):
    write_run()
    for path in (run.record, run.metrics, run.history):
        content = path.read_bytes()
        path.unlink()
        os.mkfifo(path)
        assert read_trial("ema", 2, run) is None
        assert count_epochs(run.history) == (0 if path == run.history else 3)
        path.unlink()
        path.write_bytes(content)


def test_every_result_that_is_read_from_a_run_can_be_read_from_the_table(run, write_run, tmp_path):
    """Otherwise one damaged run would make the table of the lab unreadable."""
    table = tmp_path / "results.csv"
    write_run("failed", problem=DIVERGENCE)
    run.history.unlink()
    write_results(table, [read_trial("ema", 2, run)])
    assert len(read_results(table)) == 1


def test_the_metrics_over_the_epochs_are_read_without_those_that_are_not_numbers(run, write_run):
    write_run()
    metrics = json.loads(run.metrics.read_text(encoding="utf-8"))
    (measured,) = metrics["over_time"]
    metrics["over_time"].append({**measured, "epoch": 6, "recall": nan})
    run.metrics.write_text(json.dumps(metrics), encoding="utf-8")
    assert read_points("ema", 2, run) == [("ema", 2, 3, 9.5, 0.7, 0.6, 0.9)]
    run.metrics.unlink()
    assert read_points("ema", 2, run) == []
