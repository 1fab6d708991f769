import csv
import json
from math import isnan, nan

import pytest

from assignment.evaluation.verdicts import NO_COLLAPSE
from assignment.lab.plan import BASELINE
from assignment.lab.results import Result, read_results, read_trial, write_results


def result(practice, seed, judge_fid=50.0, judge="0123", status="finished", not_well="", images="the real ones"):
    return Result(practice, seed, 20, status, judge_fid, 0.8, 0.5, 0.3, 330.0, not_well, judge, images)


def broken(practice, seed):
    without = result(practice, seed, nan, "", "failed", "not a number, epochs 3 to 3")
    return without._replace(precision=nan, recall=nan)


def test_the_table_reads_back(tmp_path):
    written = [result(BASELINE, 1), result("ema", 1, 1 / 3), broken("sgd", 1)]  # by their names
    write_results(tmp_path / "results.csv", written)
    read = read_results(tmp_path / "results.csv")
    assert [one for one in read if one.practice != "sgd"] == [one for one in written if one.practice != "sgd"]
    (of_sgd,) = (one for one in read if one.practice == "sgd")
    assert isnan(of_sgd.judge_fid) and str(of_sgd) == str(broken("sgd", 1))  # no NaN equals another
    assert read_results(tmp_path / "none.csv") == []
    path = tmp_path / "results.csv"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")  # as a spreadsheet saves it
    assert len(read_results(path)) == len(read)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "garbage\n", "", "practice,seed,epochs\nema,one,3\n"])
def test_another_table_is_refused_by_its_name(tmp_path, text):
    (tmp_path / "results.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="results.csv is not a lab's table"):
        read_results(tmp_path / "results.csv")


@pytest.mark.parametrize(
    "changed",
    [
        {"judge_fid": float("inf")},
        {"recall": nan},
        {"seconds": nan},
        {"seconds_an_update": float("inf")},
        {"status": "stopped"},
        {"status": "failed"},
    ],
)
def test_a_table_whose_figures_cannot_be_is_refused(tmp_path, changed):
    write_results(tmp_path / "results.csv", [result("ema", 1)._replace(**changed)])
    with pytest.raises(ValueError, match="results.csv is not a lab's table"):
        read_results(tmp_path / "results.csv")


@pytest.mark.parametrize("cells", [1, 9, 11])
def test_a_row_that_is_cut_is_named(tmp_path, cells):
    path = tmp_path / "results.csv"
    write_results(path, [result(BASELINE, 1), result("ema", 1)])
    *rows, last = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*rows, ",".join(last.split(",")[:cells])]), encoding="utf-8")
    with pytest.raises(ValueError, match="results.csv is not a lab's table of results .line 3."):
        read_results(path)


def test_a_table_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "results.csv").write_bytes(b"\xff\xfe\x00p\x00")
    with pytest.raises(ValueError, match="it is no text"):
        read_results(tmp_path / "results.csv")


def test_a_table_with_a_trial_of_two_results_is_refused(tmp_path):
    write_results(tmp_path / "results.csv", [result("ema", 1), result("ema", 1, 40.0)])
    with pytest.raises(ValueError, match="results.csv is not a lab's table"):
        read_results(tmp_path / "results.csv")


def write_run(folder, status="finished", metrics=True, spell="mode collapse", free="yes"):
    folder.mkdir()
    record = {
        "status": status,
        "epochs_done": 3,
        "data": {"caption": "the real ones"},
        "not_well": [{"name": spell, "first": 2, "last": 3}],
    }
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with (folder / "history.csv").open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows([("epoch", "updates", "seconds"), (1, 10, 90), (2, 10, 2), (3, 10, 4)])
    if metrics:
        generated = {name: {"mean": mean} for name, mean in (("judge_fid", 9.5), ("precision", 0.7), ("recall", 0.6))}
        asked = [{"question": "Were the losses stable?", "answer": "no"}, {"question": NO_COLLAPSE, "answer": free}]
        told = {"generated": generated, "judge": {"weights": "0123456789ab"}, "verdicts": asked}
        (folder / "metrics.json").write_text(json.dumps(told), encoding="utf-8")


def test_a_trial_is_read_from_its_run(tmp_path):
    write_run(tmp_path / "run")
    assert read_trial("ema", 2, tmp_path / "run") == Result(
        "ema",
        2,
        3,
        "finished",
        9.5,
        0.7,
        0.6,
        0.4,
        96.0,
        "mode collapse, epochs 2 to 3",
        "0123456789ab",
        "the real ones",
    )


def test_a_trial_without_its_history_has_no_result(tmp_path):
    write_run(tmp_path / "run")
    (tmp_path / "run" / "history.csv").unlink()
    assert read_trial("ema", 2, tmp_path / "run") is None


def test_a_collapse_that_only_the_end_shows_is_told(tmp_path):
    write_run(tmp_path / "run", spell="exploding gradients", free="no")
    told = read_trial("sgd", 1, tmp_path / "run").not_well
    assert told == "exploding gradients, epochs 2 to 3; mode collapse, by the verdict at its end"


@pytest.mark.parametrize(("status", "metrics"), [("interrupted", True), ("finished", False), ("failed", True)])
def test_a_trial_that_neither_ended_nor_broke_down_has_no_result(tmp_path, status, metrics):
    write_run(tmp_path / "run", status, metrics)
    assert read_trial("ema", 2, tmp_path / "run") is None
    assert read_trial("ema", 2, tmp_path / "nothing") is None


def test_a_trial_that_broke_down_has_no_figures(tmp_path):
    write_run(tmp_path / "run", "failed", spell="not a number")
    read = read_trial("ema", 2, tmp_path / "run")
    assert read.status == "failed" and isnan(read.judge_fid) and read.epochs == 3
    assert read.not_well == "not a number, epochs 2 to 3"
