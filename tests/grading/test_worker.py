import errno
import io
import json
from dataclasses import asdict

import pytest

from assignment.errors import AssignmentError
from assignment.grading import worker
from assignment.grading.arrivals import find_submissions
from assignment.grading.evidence import Evidence
from assignment.grading.examine import Examined
from assignment.grading.results import ResultFiles, read_result
from assignment.grading.worker import Setup, Task, task_line, work
from assignment.grading.workspace import GradingWorkspace
from assignment.storage.reading import parse_json


@pytest.fixture
def setup(tmp_path):
    for name in ("results", "scratch"):
        (tmp_path / name).mkdir()
    return Setup("fashion", 20, 64, None, False, str(tmp_path / "results"), str(tmp_path / "scratch"))


def result(setup):
    from pathlib import Path

    return read_result(ResultFiles(Path(setup.results), "k")).evidence


def test_a_task_is_a_line_and_its_result_a_file(make_submission, attempt_of, setup):
    line = task_line("k", attempt_of(make_submission()))
    assert "\n" not in line
    work(parse_json(line, Task), setup, None)
    assert [network.role for network in result(setup).networks] == ["generator", "discriminator"]
    lengths = [answer.requirement for answer in result(setup).checks["length"]]
    assert lengths[:2] == ["generator: 20 epochs", "generator: batch size 64"], "the length of the rubric"


def test_a_submission_in_a_platforms_zip_is_examined(make_submission, setup, tmp_path):
    import zipfile

    outer = tmp_path / "class.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(make_submission(), "doe_1_2_submission.zip")
    (submission,) = find_submissions(outer).submissions
    work(parse_json(task_line("k", submission.attempts[0]), Task), setup, None)
    assert result(setup).reason == "" and len(result(setup).networks) == 2


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (None, ["done", ""]),
        (ZeroDivisionError("x"), ["failed", "ZeroDivisionError: x"]),
        (MemoryError(), ["failed", "MemoryError: MemoryError"]),
        (OSError(errno.EIO, "broken", "/a/path"), ["failed", "OSError: broken"]),
        (OSError(errno.ENOSPC, "full"), ["fatal", "the disk is full; make room and run the same command again."]),
        (AssignmentError("no images."), ["fatal", "no images."]),
    ],
)
def test_a_failure_is_no_result_so_that_the_next_command_tries_again(
    make_submission, attempt_of, setup, tmp_path, monkeypatch, error, answer
):
    def fail(*arguments):
        if error:
            raise error
        return Examined(Evidence())

    monkeypatch.setattr(worker, "examine", fail)
    answers = io.StringIO()
    worker._answer(parse_json(task_line("k", attempt_of(make_submission())), Task), setup, None, answers)
    assert json.loads(answers.getvalue()) == answer
    assert bool(list((tmp_path / "results").iterdir())) == (error is None)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_nothing_is_left_in_the_scratch_folder(make_submission, attempt_of, setup, tmp_path):
    work(parse_json(task_line("k", attempt_of(make_submission())), Task), setup, None)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_setup_is_json(setup):
    assert parse_json(json.dumps(asdict(setup)), Setup) == setup
    assert (setup.sheet.track, setup.sheet.epochs, setup.sheet.batch_size) == ("fashion", 20, 64)


def test_a_worker_whose_folder_was_discarded_writes_nothing(make_submission, attempt_of, setup, tmp_path, monkeypatch):
    """A command was killed, and the next one has discarded the folder in which its worker still works."""

    def discard(*arguments):
        GradingWorkspace(tmp_path).remove_scratch()
        return Examined(Evidence())

    monkeypatch.setattr(worker, "examine", discard)
    with pytest.raises(SystemExit):
        work(parse_json(task_line("k", attempt_of(make_submission())), Task), setup, None)
    assert list((tmp_path / "results").iterdir()) == [] and not (tmp_path / "scratch").exists()
