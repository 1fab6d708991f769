import csv
import json
import os
from math import isnan, nan

import pytest

from assignment.errors import AssignmentError
from assignment.evaluation.health import DIVERGENCE
from assignment.evaluation.verdicts import NO_COLLAPSE_QUESTION
from assignment.lab.plan import BASELINE
from assignment.lab.results import Result, count_epochs, read_results, read_trial, write_results
from assignment.storage.files import FORMAT
from assignment.storage.workspace import Workspace


@pytest.fixture
def table(tmp_path):
    return tmp_path / "results.csv"


def test_results_are_read_back(table, tmp_path, make_result, make_diverged):
    written = [make_result(BASELINE, 1), make_result("ema", 1, 1 / 3), make_diverged("sgd", 1)]  # sorted by name
    write_results(table, written)
    results = read_results(table)
    assert results[:2] == written[:2]
    assert isnan(results[2].judge_fid) and str(results[2]) == str(written[2])  # NaN is not equal to itself
    assert len(results) == 3
    assert read_results(tmp_path / "none.csv") == []
    table.write_text(table.read_text(encoding="utf-8"), encoding="utf-8-sig")  # as a spreadsheet saves it
    assert len(read_results(table)) == 3


OLD_COLUMNS = "practice,seed,epochs,status,judge_fid,precision,recall,seconds_an_update,seconds,notes,judge,images\n"


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "garbage\n", "", "practice,seed,epochs\nema,one,3\n", OLD_COLUMNS])
def test_a_table_with_other_columns_is_refused(table, text):
    table.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="results.csv is not a lab's table of results .line 1."):
        read_results(table)


@pytest.mark.parametrize(
    "changes",
    [
        {"judge_fid": float("inf")},
        {"recall": nan},
        {"seconds": nan},
        {"seconds_an_update": float("inf")},
        {"status": "stopped"},
        {"status": "failed"},
    ],
)
def test_impossible_values_are_refused(table, make_result, changes):
    write_results(table, [make_result("ema", 1)._replace(**changes)])
    with pytest.raises(ValueError, match="results.csv is not a lab's table of results .line 2."):
        read_results(table)


@pytest.mark.parametrize("cells", [1, 9, 11])
def test_the_line_of_an_incomplete_row_is_named(table, make_result, cells):
    write_results(table, [make_result(BASELINE, 1), make_result("ema", 1)])
    *rows, last = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*rows, ",".join(last.split(",")[:cells])]), encoding="utf-8")
    with pytest.raises(ValueError, match="results.csv is not a lab's table of results .line 3."):
        read_results(table)


def test_a_table_that_is_not_a_text_file_is_refused(table):
    table.write_bytes(b"\xff\xfe\x00p\x00")
    with pytest.raises(ValueError, match="it is not a text file"):
        read_results(table)


def test_a_table_with_two_results_of_one_trial_is_refused(table, make_result):
    write_results(table, [make_result("ema", 1), make_result("ema", 1, 40.0)])
    with pytest.raises(ValueError, match="results.csv is not a lab's table of results .line 3."):
        read_results(table)


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
            means = {"judge_fid": 9.5, "precision": 0.7, "recall": 0.6}
            metrics = {
                "format": saved_format,
                "generated": {name: {"mean": mean, "lowest": 0.0, "highest": 99.0} for name, mean in means.items()},
                "judge": {"weights": "0123456789ab"},
                "verdicts": [
                    {"question": "Were the losses stable?", "answer": "no"},
                    {"question": NO_COLLAPSE_QUESTION, "answer": no_collapse},
                ],
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
        seconds_an_update=0.4,
        seconds=96.0,
        problems="mode collapse, epochs 2 to 3",
        judge="0123456789ab",
        images="the real ones",
    )


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
def test_pipes_are_not_read(run, write_run, table):
    write_run()
    for path in (run.record, run.metrics, run.history):
        content = path.read_bytes()
        path.unlink()
        os.mkfifo(path)
        assert read_trial("ema", 2, run) is None
        assert count_epochs(run.history) == (0 if path == run.history else 3)
        path.unlink()
        path.write_bytes(content)
    os.mkfifo(table)
    with pytest.raises(AssignmentError, match="results.csv is a pipe"):
        read_results(table)


def test_every_result_that_is_read_from_a_run_can_be_read_from_the_table(run, write_run, table):
    """Otherwise one damaged run would make the table of the lab unreadable."""
    write_run("failed", problem=DIVERGENCE)
    run.history.unlink()
    write_results(table, [read_trial("ema", 2, run)])
    assert len(read_results(table)) == 1
