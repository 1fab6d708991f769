import csv
import io
import json
from dataclasses import replace

import pytest

from assignment.checking.answers import Finding
from assignment.grading.arrivals import Submission
from assignment.grading.classroom import Classroom, Student
from assignment.grading.copies import find_copies
from assignment.grading.evidence import Evidence
from assignment.grading.examine import Examined
from assignment.grading.platforms import Owner
from assignment.grading.points import grade
from assignment.grading.tables import to_csv, to_json


@pytest.fixture
def classroom(make_examined, rubric):
    finding = ("generator", Finding("blank images", "0", "It learned nothing."))
    examined = {"Canvas 1": make_examined(0), "Canvas 2": make_examined(0, findings=(finding,), reason="")}
    copies = find_copies(examined)
    students = tuple(
        Student(
            Submission(key, Owner("Canvas", key[-1], name), ()),
            "x.zip",
            ("old.zip",),
            True,
            found,
            grade(found.evidence, rubric, True),
            tuple(copies),
        )
        for (key, found), name in zip(examined.items(), ("=1+1", "Bo"))
    )
    return Classroom(rubric, students, tuple(copies), ("x.txt: not a submission",))


def test_the_table_has_a_line_for_each_student_and_no_formula(classroom):
    head, first, second = csv.reader(io.StringIO(to_csv(classroom)))
    row = dict(zip(head, first))
    assert (row["name"], row["late"], row["points"], row["of"], row["not checked"]) == (
        "'=1+1",
        "late",
        "7",
        "14",
        "2.5",
    )
    assert row["step 3: Generator (of 10)"] == "5" and row["judge FID"] == "12.50" and row["earlier"] == "old.zip"
    assert row["copies"].startswith("Bo (the same generator; the same discriminator)")
    assert dict(zip(head, second))["findings"] == "generator: blank images"


def test_a_check_is_true_false_or_null_with_its_cause(classroom):
    content = json.loads(json.dumps(to_json(classroom)))
    checks = content["students"][0]["criteria"][0]["checks"]
    assert [check["answer"] for check in checks] == [True, False, None, True]
    assert checks[2]["found"] == "the file has only weights"
    assert content["copies"][0]["students"] == ["Canvas 1", "Canvas 2"] and content["ignored"]
    assert content["copies"][0]["networks"][0] == {"role": "generator", "same": True, "correlation": 1.0}
    assert content["students"][1]["findings"][0]["title"] == "blank images"


def test_a_submission_that_cannot_be_graded_has_no_points(classroom):
    student = replace(classroom.students[0], examined=Examined(Evidence("it is encrypted")))
    ungraded = replace(classroom, students=(replace(student, copies=()),), copies=())
    head, row = csv.reader(io.StringIO(to_csv(ungraded)))
    cells = dict(zip(head, row))
    assert (
        cells["points"] == cells["step 3: Generator (of 10)"] == "" and cells["cannot be graded"] == "it is encrypted"
    )
    (content,) = to_json(ungraded)["students"]
    assert content["points"] is None and content["cannot_be_graded"] == "it is encrypted"
