"""The grades as a table (grades.csv) and as data for programs (grades.json)."""

from __future__ import annotations

import csv
import io
from typing import Any

from assignment.grading.classroom import Classroom, Student
from assignment.grading.csv_text import without_formula

FORMAT = 1  # of grades.json


def to_csv(classroom: Classroom) -> str:
    """Return a line for each student, for a spreadsheet. No cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    criteria = [f"step {c.step}: {c.title} (of {c.points:g})" for c in classroom.rubric.criteria]
    first = ["name", "id", "platform", "late", "points", "of", "not checked"]
    writer.writerow([*first, *criteria, "judge FID", "findings", "copies", "cannot be graded", "graded", "earlier"])
    for student in classroom.students:
        owner, evidence = student.submission.owner, student.evidence
        cells = [
            owner.name,
            owner.id,
            owner.platform,
            {True: "late", False: "on time", None: ""}[student.is_late],
            "" if evidence.reason else f"{student.grade.total:g}",
            f"{student.grade.possible:g}",
            "" if evidence.reason else f"{student.grade.open_points:g}",
            *("" if evidence.reason else f"{score.points:g}" for score in student.grade.scores),
            f"{evidence.metrics['judge_fid']:.2f}" if "judge_fid" in evidence.metrics else "",
            "; ".join(f"{role}: {finding.title}" for role, finding in evidence.findings),
            "; ".join(
                f"{classroom.name_of(copy.other(student.submission.key))} ({copy.words})" for copy in student.copies
            ),
            evidence.reason,
            student.graded,
            "; ".join(student.earlier),
        ]
        writer.writerow([without_formula(cell) for cell in cells])
    return text.getvalue()


def to_json(classroom: Classroom) -> dict[str, Any]:
    """Return the grades for `json.dumps`. The answer to a check is true, false, or null with the reason in `found`."""
    return {
        "format": FORMAT,
        "title": classroom.rubric.title,
        "track": classroom.rubric.track,
        "possible": classroom.rubric.total,
        "students": [_student(student) for student in classroom.students],
        "copies": [
            {
                "students": [copy.first, copy.second],
                "networks": [
                    {"role": pair.role, "same": pair.is_same, "correlation": pair.correlation} for pair in copy.pairs
                ],
                "explanation": copy.explanation,
                "explained": copy.is_explained,
            }
            for copy in classroom.copies
        ],
        "ignored": list(classroom.ignored),
    }


def _student(student: Student) -> dict[str, Any]:
    owner, evidence = student.submission.owner, student.evidence
    return {
        "key": student.submission.key,
        "name": owner.name,
        "id": owner.id,
        "platform": owner.platform,
        "late": student.is_late,
        "graded": student.graded,
        "earlier": list(student.earlier),
        "cannot_be_graded": evidence.reason,
        "points": None if evidence.reason else student.grade.total,
        "possible": student.grade.possible,
        "points_not_checked": student.grade.open_points,
        "criteria": [
            {
                "step": score.criterion.step,
                "title": score.criterion.title,
                "points": score.points,
                "possible": score.criterion.points,
                "checks": [
                    {"requirement": answer.requirement, "answer": answer.answer, "found": answer.found}
                    for answer in score.answers
                ],
            }
            for score in student.grade.scores
        ],
        "findings": [
            {"network": role, "title": finding.title, "numbers": finding.numbers, "serious": finding.is_serious}
            for role, finding in evidence.findings
        ],
        "metrics": {name: round(value, 6) for name, value in evidence.metrics.items()},
        "recorded": evidence.recorded,
        "networks": [
            {"role": n.role, "file": n.file, "keras": n.keras, "weights": n.weights, "seed": n.seed, "epoch": n.epoch}
            for n in evidence.networks
        ],
        "notes": student.notes,
    }
