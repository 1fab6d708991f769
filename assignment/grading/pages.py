"""The pages: grades.html for the teacher, and a feedback page for each student. Each is one self-contained file."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from assignment.evaluation.scores import METRICS
from assignment.grading.classroom import Classroom, Student
from assignment.report.page import template

PACKAGE = "assignment.grading"
TITLES: Mapping[str, str] = {name: title for name, (title, _) in METRICS.items()}
DECIMALS: Mapping[str, int] = {name: decimals for name, (_, decimals) in METRICS.items()}


def class_page(classroom: Classroom) -> str:
    """Return the page of the class: the table, the distributions, the copies, and a section for each student."""
    return template("grades.html.jinja", PACKAGE).render(
        classroom=classroom,
        rubric=classroom.rubric,
        students=classroom.students,
        distributions=list(classroom.distributions(TITLES)),
        titles=TITLES,
        decimals=DECIMALS,
        picture=picture_url,
        graded=sum(not student.evidence.reason for student in classroom.students),
    )


def feedback_page(student: Student, classroom: Classroom) -> str:
    """Return the page for one student. It names no other student."""
    return template("feedback.html.jinja", PACKAGE).render(
        student=student, rubric=classroom.rubric, titles=TITLES, decimals=DECIMALS, picture=picture_url
    )


def comment(student: Student) -> tuple[str, ...]:
    """Return the feedback in lines of plain text, for a gradebook."""
    grade = student.grade
    if student.evidence.reason:
        return (f"Your submission cannot be graded: {student.evidence.reason}.",)
    lines = [f"{grade.total:g} of {grade.possible:g} points."]
    said: set[str] = set()  # a damaged file is the reason for many answers
    for score in grade.scores:
        for answer in score.lost:
            if answer.found and answer.found in said:
                continue
            said.add(answer.found)
            advice = f" To do: {answer.advice}." if answer.advice else ""
            found = f" Found: {answer.found.rstrip('.')}." if answer.found else ""
            lines.append(
                f"Step {score.criterion.step}, {score.criterion.title}"
                f" ({score.points:g} of {score.criterion.points:g}): {answer.requirement}.{found}{advice}"
            )
    lines += [f"{role}: {finding.title}. {finding.meaning}" for role, finding in student.serious]
    return tuple(lines)


def picture_url(student: Student) -> str:
    """Return the picture of a student's images as a URL that contains it, "" if there is none."""
    picture = student.examined.picture
    return f"data:image/png;base64,{base64.b64encode(picture).decode('ascii')}" if picture else ""
