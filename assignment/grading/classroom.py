"""A graded class: each student's submission with its points, and the numbers of the class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assignment.checking.answers import Finding
from assignment.grading.arrivals import Submission
from assignment.grading.copies import Copy
from assignment.grading.evidence import Evidence
from assignment.grading.examine import Examined
from assignment.grading.points import Grade
from assignment.grading.rubric import Rubric

BINS = 12  # of a distribution
SHOWN_METRICS = ("judge_fid", "precision", "recall", "diversity")


@dataclass(frozen=True)
class Student:
    """A student of the class.

    graded: what the graded attempt is called. earlier: the other attempts.
    is_late: what the platform says; None if it does not.
    copies: the pairs that it is part of.
    """

    submission: Submission
    graded: str
    earlier: tuple[str, ...]
    is_late: bool | None
    examined: Examined
    grade: Grade
    copies: tuple[Copy, ...]

    @property
    def evidence(self) -> Evidence:
        return self.examined.evidence

    @property
    def name(self) -> str:
        return self.submission.owner.name

    @property
    def serious(self) -> list[tuple[str, Finding]]:
        """The findings because of which a network does not work, with the network's role."""
        return [(role, finding) for role, finding in self.evidence.findings if finding.is_serious]

    @property
    def notes(self) -> list[str]:
        """What the teacher should look at."""
        notes = list(self.evidence.notes)
        if self.evidence.reason and self.earlier:
            notes.append("There is an earlier attempt. To grade it, take the newest one out of the folder.")
        if self.evidence.reason:
            return notes
        for score in self.grade.scores:
            for answer in score.unchecked:
                notes.append(
                    f"{score.criterion.title}: {answer.requirement} could not be checked: {answer.found.rstrip('.')}."
                )
        if self.evidence.not_measured:
            notes.append(f"The images were not measured: {self.evidence.not_measured}.")
        return notes


@dataclass(frozen=True)
class Bar:
    """A bar of a distribution: its range of values, and how many are in it."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Distribution:
    """The distribution of a number over the class.

    title: with its unit. real: the value of real images, None if there is none.
    """

    title: str
    bars: tuple[Bar, ...]
    count: int
    median: float
    real: float | None = None


@dataclass(frozen=True)
class Classroom:
    """A graded class. students: sorted by name. ignored: files that belong to nobody."""

    rubric: Rubric
    students: tuple[Student, ...]
    copies: tuple[Copy, ...]
    ignored: tuple[str, ...]

    def name_of(self, key: str) -> str:
        """Return the name of a student, by the key of the submission."""
        return next(student.name for student in self.students if student.submission.key == key)

    def distributions(self, titles: Mapping[str, str]) -> Iterator[Distribution]:
        """Return the distributions of the points and of the metrics, whose titles are given by name."""
        yield distribution("points", [s.grade.total for s in self.students if not s.evidence.reason])
        for name in SHOWN_METRICS:
            values = [s.evidence.metrics[name] for s in self.students if name in s.evidence.metrics]
            floors = [s.evidence.floor[name] for s in self.students if name in s.evidence.floor]
            if values:
                yield distribution(titles[name], values, float(np.median(floors)) if floors else None)


def distribution(title: str, values: Sequence[float], real: float | None = None) -> Distribution:
    """Return the distribution of some values, in bars of equal width; NaN and infinite values are left out."""
    finite = [value for value in values if np.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    counts, edges = np.histogram(finite, BINS, (low, high if high > low else low + 1))
    bars = tuple(
        Bar(float(low), float(high), int(count)) for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    )
    return Distribution(title, bars, len(finite), float(np.median(finite)) if finite else 0.0, real)
