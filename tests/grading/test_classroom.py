from math import inf, nan

import pytest

from assignment.checking.answers import Finding
from assignment.grading.arrivals import Submission
from assignment.grading.classroom import Classroom, Student, distribution
from assignment.grading.pages import TITLES
from assignment.grading.platforms import Owner
from assignment.grading.points import grade


@pytest.fixture
def make_student(make_examined, rubric):
    def make(name="ana", **changes):
        examined = make_examined(**changes)
        submission = Submission(f"Canvas {name}", Owner("Canvas", name, name), ())
        return Student(submission, "x.zip", (), False, examined, grade(examined.evidence, rubric, False), ())

    return make


def test_notes_name_what_could_not_be_checked(make_student):
    student = make_student(not_measured="it learned the stand-in", notes=("look at x",))
    assert student.notes == [
        "look at x",
        "Generator: layer 3 could not be checked: the file has only weights.",
        "The images were not measured: it learned the stand-in.",
    ]


def test_serious_findings_are_those_that_break_a_network(make_student):
    findings = (("generator", Finding("a", "", "")), ("discriminator", Finding("b", "", "", is_serious=False)))
    assert [finding.title for _, finding in make_student(findings=findings).serious] == ["a"]


def test_a_class_has_a_distribution_for_each_number_that_was_measured(make_student, rubric):
    students = (make_student("ana"), make_student("bo", metrics={"judge_fid": 20.0}, floor={"judge_fid": 0.1}))
    found = {d.title: d for d in Classroom(rubric, students, (), ()).distributions(TITLES)}
    assert list(found) == ["points", "judge FID", "precision", "recall", "diversity within a class"]
    assert (found["judge FID"].count, found["judge FID"].median, found["judge FID"].real) == (2, 16.25, 0.1)
    assert found["precision"].count == 1


def test_bars_count_every_finite_value():
    found = distribution("x", [1.0, 2.0, 2.0, 13.0, nan, inf])
    assert sum(bar.count for bar in found.bars) == found.count == 4
    assert (found.bars[0].low, found.bars[-1].high, found.median) == (1.0, 13.0, 2.0)
    assert [bar.count for bar in found.bars][:2] == [1, 2]
    assert distribution("x", []).count == 0
    same = distribution("x", [0.0, 0.0])
    assert (same.bars[0].low, same.bars[-1].high, same.bars[0].count) == (0.0, 1.0, 2)
