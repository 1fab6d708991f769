import json
import os

import pytest

from assignment.errors import AssignmentError
from assignment.lab.plan import OTHER_SECONDS
from assignment.lab.record import LabRecord
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.storage.files import FORMAT, write_json

CONDITIONS = {"track": "fashion", "epochs": 20, "precision": "auto", "data": "real"}


@pytest.fixture
def make_record(tmp_path):
    """A function that returns the record of a lab with two practices and two seeds, always in the same folder."""

    def make(**options):
        settings = LabSettings("ana", **{"practices": ("ema", "sgd"), "seeds": 2, **options})
        return LabRecord(settings, LabWorkspace(tmp_path))

    return make


@pytest.fixture
def lab_json(tmp_path):
    return LabWorkspace(tmp_path).conditions


@pytest.mark.parametrize("options", [{}, {"data": "auto"}, {"data": "real"}, {"seeds": 5, "practices": ["hinge"]}])
def test_the_conditions_are_saved_and_can_be_continued(make_record, lab_json, options):
    make_record(**options).save_conditions()
    assert json.loads(lab_json.read_bytes()) == {"format": FORMAT, "firstname": "ana", **CONDITIONS}
    make_record().check_conditions()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 30}, "contains a lab with --epochs 20 .this command has 30."),
        ({"data": "standin"}, "contains a lab with --data real .this command has standin."),
        ({"precision": "float32"}, "contains a lab with --precision auto .this command has float32."),
    ],
)
def test_a_lab_under_other_conditions_is_refused_unless_it_starts_over(make_record, options, message):
    make_record().save_conditions()
    with pytest.raises(AssignmentError, match=message):
        make_record(**options).check_conditions()
    make_record(**options, fresh=True).check_conditions()


@pytest.mark.parametrize("saved_format", [{"format": FORMAT - 1}, {}])
def test_a_lab_of_another_format_is_refused_unless_it_starts_over(make_record, lab_json, saved_format):
    write_json(lab_json, {**saved_format, **CONDITIONS})
    with pytest.raises(AssignmentError, match="lab.json was written by another version of this program"):
        make_record()
    make_record(fresh=True).check_conditions()


@pytest.mark.parametrize("text", [None, "[1]", '"x"', "{", "{}", '{"track": "fashion"}'])
def test_without_readable_conditions_those_of_the_results_count(make_record, make_result, lab_json, text):
    record = make_record()
    record.add_result(make_result("baseline", 1, images="drawn stand-in"))
    record.save_results()
    if text is not None:
        lab_json.write_text(text, encoding="utf-8")
    make_record(data="standin").check_conditions()
    with pytest.raises(AssignmentError, match="contains a lab with --data standin .this command has real."):
        make_record().check_conditions()
    with pytest.raises(AssignmentError, match="contains a lab with --epochs 20 .this command has 300."):
        make_record(data="standin", epochs=300).check_conditions()


def test_an_empty_folder_accepts_any_conditions(make_record):
    make_record(epochs=7, data="standin").check_conditions()


def test_a_damaged_table_of_results_is_refused_unless_it_starts_over(make_record, tmp_path):
    (tmp_path / "results.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match="line 1.; restore it from a copy, or move it away"):
        make_record()
    assert make_record(fresh=True).results == []


def test_trials_with_a_result_do_not_remain(make_record, make_result, make_diverged):
    record = make_record()
    assert record.remaining_trials() == record.trials and len(record.trials) == 6
    record.add_result(make_result("baseline", 1))
    record.add_result(make_diverged("sgd", 2))
    record.save_results()
    remaining = [(trial.practice, trial.seed) for trial in make_record().remaining_trials()]
    assert remaining == [("ema", 1), ("sgd", 1), ("baseline", 2), ("ema", 2)]


def test_a_new_result_replaces_the_earlier_one_of_its_trial(make_record, make_result):
    record = make_record()
    for result in (make_result("ema", 1, 50.0), make_result("ema", 2, 51.0), make_result("ema", 1, 52.0)):
        record.add_result(result)
    assert [result.judge_fid for result in record.results] == [51.0, 52.0]


def test_seconds_are_measured_by_practice_from_finished_trials(make_record, make_result, make_diverged):
    record = make_record()
    results = [make_result("ema", 1, seconds=100.0), make_result("ema", 2, seconds=200.0), make_diverged("sgd", 1)]
    for result in results:
        record.add_result(result)
    assert record.measured_seconds() == {"ema": 150.0 + OTHER_SECONDS}


def test_a_lab_of_another_first_name_is_refused(make_record, lab_json):
    """In a file system that ignores upper case, "ana" and "Ana" have the same folder."""
    make_record().save_conditions()
    write_json(lab_json, {**json.loads(lab_json.read_bytes()), "firstname": "Ana"})
    with pytest.raises(AssignmentError, match="contains a lab with --firstname Ana .this command has ana."):
        make_record().check_conditions()


@pytest.mark.parametrize("changes", [{"epochs": "20"}, {"track": None}, {"data": []}, {"firstname": 1.5}])
def test_conditions_of_another_shape_do_not_count(make_record, lab_json, changes):
    write_json(lab_json, {"format": FORMAT, **CONDITIONS, **changes})
    make_record(epochs=7).check_conditions()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["lab.json", "results.csv"])
def test_a_pipe_is_refused(make_record, tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(AssignmentError, match=f"{name} is a pipe"):
        make_record()
