from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings import grading
from assignment.settings.grading import GradeSettings


def test_the_number_of_jobs_follows_from_processors_and_memory(monkeypatch):
    monkeypatch.setattr(grading, "usable_processors", lambda: 8)
    for memory, jobs in ((float("inf"), 8), (4e9, 2), (1e9, 1)):
        monkeypatch.setattr(grading, "available_memory", lambda memory=memory: memory)
        assert GradeSettings("class", "out").chosen_jobs == jobs
    assert GradeSettings("class", "out", jobs=5).chosen_jobs == 5


def test_the_track_is_the_assignments_with_a_job_for_each_processor():
    settings = GradeSettings("class", "out")
    assert (settings.folder, settings.out, settings.chosen_track) == (Path("class"), Path("out"), "fashion")
    assert settings.chosen_jobs >= 1 and settings.measure


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folder": ""}, "FOLDER takes a path"),
        ({"out": ""}, "--out takes a folder"),
        ({"track": "trousers"}, "--track takes"),
        ({"track": "digits", "rubric": "r.toml"}, "--rubric names its track, so leave out --track"),
        ({"jobs": 0}, "--jobs takes a whole number from 1 to 64"),
        ({"column": "GAN"}, "--column is for --fill"),
        ({"overwrite": True}, "--overwrite is for --fill"),
        ({"measure": "no"}, "--measure takes true or false"),
        ({"fill": "out/book.csv"}, "--fill would replace out.book.csv; choose another folder for --out"),
        ({"data_dir": ""}, "--data-dir takes a folder"),
        ({"fill": "Grades.csv"}, "a result of grading has the name Grades.csv; rename the gradebook"),
        ({"out": "class/out"}, "--out is in the folder with the submissions; choose one that is not"),
        ({"out": "class"}, "--out is in the folder with the submissions"),
    ],
)
def test_wrong_values_are_one_sentence(options, message):
    with pytest.raises(AssignmentError, match=message) as error:
        GradeSettings(**{"folder": "class", "out": "out", **options})
    assert "\n" not in str(error.value)
