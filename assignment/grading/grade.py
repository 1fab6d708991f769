"""`assignment grade`: examines the submissions of a class, and writes the pages, the tables and the gradebook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import assignment
from assignment.checking.sheets import SHEETS
from assignment.errors import AssignmentError, os_reason
from assignment.grading.archives import Unreadable
from assignment.grading.arrivals import Arrivals, Attempt, Submission, find_submissions
from assignment.grading.attempts import order_attempts
from assignment.grading.classroom import Classroom, Student
from assignment.grading.copies import Copy, find_copies
from assignment.grading.evidence import Evidence
from assignment.grading.examine import Examined
from assignment.grading.gradebook import Entry, Gradebook
from assignment.grading.pages import class_page, comment, feedback_page
from assignment.grading.platforms import MOODLE
from assignment.grading.points import grade
from assignment.grading.results import ResultFiles, read_result, result_key
from assignment.grading.rubric import Rubric, default_rubric, read_rubric
from assignment.grading.tables import to_csv, to_json
from assignment.grading.worker import Setup
from assignment.grading.workers import Job, examine_all
from assignment.grading.workspace import GradingWorkspace
from assignment.session.screen import Screen, plural
from assignment.settings.grading import GradeSettings
from assignment.storage.files import replacing, sha256, write_text
from assignment.storage.reading import MAX_TABLE_BYTES, Malformed, read_bytes

JUDGES = Path(assignment.__file__).parent / "evaluation" / "judges"  # their facts name the weights
MAX_LISTED = 5  # files in a message; the page has them all
NO_FILES = "the folder of the submission is empty"


def grade_class(settings: GradeSettings, workspace: GradingWorkspace, screen: Screen) -> Classroom:
    """Grade the submissions in a folder; return the class.

    The caller must hold the lock on the workspace.
    Raises AssignmentError if there are no submissions, or the rubric, the gradebook or the real images cannot be read.
    """
    rubric = read_rubric(settings.rubric or default_rubric(settings.chosen_track))
    if rubric.track not in SHEETS:
        raise AssignmentError(f"the rubric has the unknown track {rubric.track!r}; there are {', '.join(SHEETS)}.")
    gradebook = _read_gradebook(settings)
    arrivals = find_submissions(settings.folder)
    source = settings.rubric or f"the rubric of the {rubric.track} track"
    screen.say(f"{plural(len(arrivals.submissions), 'submission')} in {settings.folder}; {source}")
    if arrivals.ignored:
        screen.say_wrapped(f"  left out, as they belong to nobody: {'; '.join(arrivals.ignored[:MAX_LISTED])}")
    ordered = {submission.key: order_attempts(submission) for submission in arrivals.submissions}
    examined = _examine(arrivals, ordered, rubric, settings, workspace, screen)
    classroom = _classroom(arrivals, ordered, examined, rubric, gradebook.late() if gradebook else {})
    _write(classroom, workspace, screen)
    if gradebook is not None and settings.fill is not None:
        _fill(gradebook, classroom, settings, workspace, screen)
    screen.say(f"open {workspace.page}")
    return classroom


def _read_gradebook(settings: GradeSettings) -> Gradebook | None:
    if settings.fill is None:
        return None
    try:
        content = read_bytes(settings.fill, MAX_TABLE_BYTES)
    except FileNotFoundError:
        raise AssignmentError(f"the gradebook {settings.fill} does not exist.") from None
    except Malformed as error:
        raise AssignmentError(f"the gradebook {settings.fill} has {error}.") from error
    return Gradebook(content, settings.fill.name, settings.column)


def _examine(
    arrivals: Arrivals,
    ordered: Mapping[str, Sequence[Attempt]],
    rubric: Rubric,
    settings: GradeSettings,
    workspace: GradingWorkspace,
    screen: Screen,
) -> dict[str, Examined]:
    """Return what was found in each submission, by its key; those of an earlier time are read."""
    sheet = SHEETS[rubric.track]
    setup = Setup(
        rubric.track,
        rubric.epochs or sheet.epochs,
        rubric.batch_size or sheet.batch_size,
        str(settings.data_dir.absolute()) if settings.data_dir else None,
        settings.measure,
        str(workspace.results.absolute()),
        str(workspace.scratch.absolute()),
    )
    conditions: dict[str, object] = {
        name: value for name, value in asdict(setup).items() if name in ("track", "epochs", "batch_size", "measure")
    }
    if settings.measure:
        conditions["judges"] = [sha256(path) for path in sorted(JUDGES.glob("*.json"))]
    examined: dict[str, Examined] = {}
    earlier = 0
    jobs: dict[str, Job] = {}
    for submission in arrivals.submissions:
        attempts = ordered[submission.key]
        if not attempts:
            examined[submission.key] = Examined(Evidence(NO_FILES))
            continue
        try:
            key = result_key(attempts[0], conditions)
        except Unreadable as unreadable:
            examined[submission.key] = Examined(Evidence(str(unreadable)))
            continue
        except OSError as error:
            examined[submission.key] = Examined(Evidence(f"its files cannot be read ({os_reason(error)})"))
            continue
        found = read_result(ResultFiles(workspace.results, key))
        if found is None:
            jobs[submission.key] = Job(key, attempts[0])
        else:
            examined[submission.key] = found
            earlier += 1
    if jobs:
        if earlier:
            screen.say(f"  {plural(earlier, 'submission')} examined before")
        failures = _run(jobs, settings, setup, screen)
        for name, job in jobs.items():
            found = read_result(ResultFiles(workspace.results, job.key))
            reason = failures.get(name, "its result was deleted meanwhile")
            examined[name] = found or Examined(Evidence(f"{reason}; the same command tries again"))
    return {submission.key: examined[submission.key] for submission in arrivals.submissions}


def _run(jobs: Mapping[str, Job], settings: GradeSettings, setup: Setup, screen: Screen) -> dict[str, str]:
    """Examine submissions with their progress on the console; return why some have no result, by name."""
    done: list[str] = []
    with screen.working(f"examining {plural(len(jobs), 'submission')}") as on_progress:

        def count(name: str) -> None:
            done.append(name)
            on_progress(len(done) / len(jobs))

        try:
            return examine_all(jobs, settings.chosen_jobs, setup, count)
        except AssignmentError as error:  # the real images are missing
            raise AssignmentError(f"{str(error).rstrip('.')}, or grade without the judge: --no-measure.") from error


def _classroom(
    arrivals: Arrivals,
    ordered: Mapping[str, Sequence[Attempt]],
    examined: Mapping[str, Examined],
    rubric: Rubric,
    late: Mapping[str, bool],
) -> Classroom:
    copies = find_copies(examined)
    students = tuple(
        _student(submission, ordered[submission.key], examined[submission.key], rubric, late, copies)
        for submission in arrivals.submissions
    )
    return Classroom(rubric, students, tuple(copies), arrivals.ignored)


def _student(
    submission: Submission,
    attempts: Sequence[Attempt],
    examined: Examined,
    rubric: Rubric,
    late: Mapping[str, bool],
    copies: Sequence[Copy],
) -> Student:
    owner = submission.owner
    is_late = late.get(owner.id, owner.is_late) if owner.platform == MOODLE else owner.is_late
    return Student(
        submission,
        attempts[0].label if attempts else "nothing",
        tuple(attempt.label for attempt in attempts[1:]),
        is_late,
        examined,
        grade(examined.evidence, rubric, is_late),
        tuple(copy for copy in copies if submission.key in (copy.first, copy.second)),
    )


def _write(classroom: Classroom, workspace: GradingWorkspace, screen: Screen) -> None:
    write_text(workspace.page, class_page(classroom))
    with replacing(workspace.table) as temporary:
        temporary.write_bytes(to_csv(classroom).encode("utf-8-sig"))  # a spreadsheet needs the mark to read names
    write_text(workspace.record, json.dumps(to_json(classroom), indent=2, ensure_ascii=False) + "\n")
    pages = workspace.feedback_pages([student.submission for student in classroom.students])
    for student in classroom.students:
        write_text(pages[student.submission.key], feedback_page(student, classroom))
    workspace.remove_other_pages(pages.values())
    screen.say(f"  wrote {workspace.table}, {workspace.record}, and a page for each student in {workspace.feedback}")


def _fill(
    gradebook: Gradebook, classroom: Classroom, settings: GradeSettings, workspace: GradingWorkspace, screen: Screen
) -> None:
    """Write a copy of the gradebook with the grades of the students of its platform."""
    assert settings.fill is not None
    students = [s for s in classroom.students if s.submission.owner.platform == gradebook.platform]
    entries = {
        student.submission.owner.id: Entry(student.grade.total, student.grade.possible, comment(student), student.name)
        for student in students
        if not student.evidence.reason  # a teacher decides whether these have no points
    }
    if not students:
        raise AssignmentError(f"no submission is from {gradebook.platform}, so {settings.fill.name} was not filled in.")
    filled = gradebook.fill(entries, settings.overwrite)
    path = workspace.folder / Path(settings.fill.name)
    with replacing(path) as temporary:
        temporary.write_bytes(filled.content)
    screen.say(f"  wrote {path}: {plural(filled.count, 'grade')} in {gradebook.scale}")
    notes = list(filled.notes)
    if unreadable := [student.name for student in students if student.evidence.reason]:
        notes.append(f"Cannot be graded, so nothing was filled in: {'; '.join(unreadable)}.")
    if unchecked := [s.name for s in students if s.grade.open_points and not s.evidence.reason]:
        notes.append(f"Without the points that could not be checked (see their notes): {'; '.join(unchecked)}.")
    for note in notes:
        screen.say_wrapped(f"  {note}")
