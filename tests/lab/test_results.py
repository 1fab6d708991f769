import os
from math import isnan, nan

import pytest

from assignment.errors import AssignmentError
from assignment.lab.plan import BASELINE
from assignment.lab.results import read_results, write_results


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


def test_a_table_from_before_the_machine_was_recorded_is_read(table, make_result):
    write_results(table, [make_result("ema", 1, machine="a processor, 2 threads")])
    rows = table.read_text(encoding="utf-8").splitlines()
    assert rows[0].endswith(",machine") and '"a processor, 2 threads"' in rows[1]
    earlier = [rows[0].removesuffix(",machine"), rows[1].removesuffix(',"a processor, 2 threads"')]
    table.write_text("\n".join(earlier), encoding="utf-8")
    assert read_results(table) == [make_result("ema", 1)]


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


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_place_of_the_table_is_refused(table):
    os.mkfifo(table)
    with pytest.raises(AssignmentError, match="results.csv is a pipe"):
        read_results(table)
