"""The points of a submission: for each criterion of the rubric, the share of its checks that hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from assignment.grading.evidence import FIGURE, Answer, Evidence
from assignment.grading.rubric import Criterion, Rubric

DECIMALS = 2  # of points


@dataclass(frozen=True)
class Score:
    """The points of one criterion, with the answers that they follow from."""

    criterion: Criterion
    points: float
    answers: tuple[Answer, ...]

    @property
    def lost(self) -> list[Answer]:
        """The answers that are no."""
        return [answer for answer in self.answers if answer.answer is False]

    @property
    def unchecked(self) -> list[Answer]:
        """The answers that could not be checked. They give no points, and the teacher is asked to look."""
        return [answer for answer in self.answers if answer.answer is None]


@dataclass(frozen=True)
class Grade:
    """The points of a submission.

    taken_off: for a late submission. total: never below 0.
    """

    scores: tuple[Score, ...]
    taken_off: float
    possible: float

    @property
    def total(self) -> float:
        return max(round(sum(score.points for score in self.scores) - self.taken_off, DECIMALS), 0.0)

    @property
    def open_points(self) -> float:
        """The points that depend on what could not be checked."""
        shares = (
            score.criterion.points * len(score.unchecked) / len(score.answers) for score in self.scores if score.answers
        )
        return round(sum(shares), DECIMALS)


def grade(evidence: Evidence, rubric: Rubric, is_late: bool | None) -> Grade:
    """Return the points of a submission that can be graded; 0 for one that cannot."""
    scores = tuple(_score(criterion, evidence) for criterion in rubric.criteria)
    return Grade(scores, rubric.late_points if is_late else 0.0, rubric.total)


def _score(criterion: Criterion, evidence: Evidence) -> Score:
    answers = tuple(answer for name in criterion.names for answer in _answers(name, evidence))
    share = sum(answer.answer is True for answer in answers) / len(answers)
    return Score(criterion, round(criterion.points * share, DECIMALS), answers)


def _answers(name: str, evidence: Evidence) -> Sequence[Answer]:
    """Return the answers to a check; one at least."""
    if evidence.reason:
        return [Answer(name, False, "the submission cannot be graded")]
    if answers := evidence.checks.get(name):
        return answers
    if not name.startswith(FIGURE):
        return [Answer(name, None, "the sheet of this track does not ask for it")]
    file = name.removeprefix(FIGURE)
    if matching := [answer for key, group in evidence.checks.items() if fnmatchcase(key, name) for answer in group]:
        bad = next((answer for answer in matching if not answer.answer), matching[0])
        return [replace(bad, requirement=file)]  # a pattern counts once, however many files match it
    if any(fnmatchcase(name, file) for name in evidence.left_out):
        return [Answer(file, None, "it was left out to fit a limit of size; ask for it, or look into the report")]
    if evidence.recorded:  # the run of this program, which writes figures under these names
        return [Answer(file, False, "it is missing", "hand it in")]
    return [Answer(file, None, "no file has this name; look for the figure among the files")]
