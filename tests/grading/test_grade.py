"""A class is graded, continued, and its gradebook filled in."""

import csv
import json
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from assignment.errors import AssignmentError
from assignment.grading import grade as module
from assignment.grading.grade import grade_class
from assignment.grading.worker import Task, task_line, work
from assignment.grading.workspace import GradingWorkspace
from assignment.settings.grading import GradeSettings
from assignment.storage.reading import parse_json

CHECKOUT = Path(__file__).parent.parent.parent


@pytest.fixture
def calls(monkeypatch):
    """The submissions that were examined, in this process."""
    names = []

    def examine_all(jobs, count, setup, on_done):
        for name, job in jobs.items():
            work(parse_json(task_line(job.key, job.attempt), Task), setup, None)
            names.append(name)
            on_done(name)
        return {}

    monkeypatch.setattr(module, "examine_all", examine_all)
    return names


@pytest.fixture
def folder(make_submission, run_record, tmp_path):
    folder = tmp_path / "class"
    (folder / "Jane Doe_77_assignsubmission_file").mkdir(parents=True)
    old = make_submission("old.zip", run_record(written="2026-11-01T00:00:00+00:00", status="interrupted"))
    new = make_submission("new.zip", run_record(written="2026-11-02T00:00:00+00:00"))
    shutil.copy(new, folder / "doe_LATE_1_11_submission.zip")
    (folder / "ana").mkdir()
    for path in (old, new):
        shutil.copy(path, folder / "ana")
    (folder / "broken.zip").write_bytes(b"PK")
    return folder


@pytest.fixture
def grade(folder, tmp_path, make_screen, printed):
    """A function that grades the class; returns the class and what was printed."""

    def grade(**options):
        settings = GradeSettings(folder, tmp_path / "out", measure=False, **options)
        workspace = GradingWorkspace(settings.out)
        workspace.prepare()
        screen = make_screen()
        return grade_class(settings, workspace, screen), printed(screen).splitlines()

    return grade


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_submission_is_a_row_and_the_newest_attempt_counts(calls, grade, tmp_path):
    classroom, lines = grade()
    students = {student.submission.key: student for student in classroom.students}
    assert list(students) == ["folder ana", "folder broken", "Canvas 1", "Moodle 77"]
    assert students["folder ana"].graded == "new.zip" and students["folder ana"].earlier == ("old.zip",)
    assert students["folder broken"].evidence.reason == "the ZIP file is damaged or incomplete"
    assert students["Moodle 77"].evidence.reason == "the folder of the submission is empty"
    assert students["Canvas 1"].is_late is True and students["Canvas 1"].grade.total > 0
    pair = {frozenset((copy.first, copy.second)) for copy in classroom.copies}
    assert pair == {frozenset(("folder ana", "Canvas 1"))}
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 5
    assert len(json.loads((tmp_path / "out" / "grades.json").read_text(encoding="utf-8"))["students"]) == 4
    assert len(list((tmp_path / "out" / "feedback").iterdir())) == 4
    assert "4 submissions in" in lines[0] and lines[-1].startswith("open ")


def test_the_same_command_examines_nothing_again_and_writes_the_same_bytes(calls, grade, tmp_path):
    grade()
    first, examined = contents(tmp_path / "out"), len(calls)
    grade()
    assert contents(tmp_path / "out") == first and len(calls) == examined


def test_a_stopped_grading_continues(calls, grade, tmp_path, monkeypatch):
    complete = grade()[0] and contents(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    calls.clear()
    examine_all = module.examine_all

    def stop_after_one(jobs, count, setup, on_done):
        def stop(name):
            raise KeyboardInterrupt

        return examine_all(jobs, count, setup, stop)

    monkeypatch.setattr(module, "examine_all", stop_after_one)
    with pytest.raises(KeyboardInterrupt):
        grade()
    monkeypatch.setattr(module, "examine_all", examine_all)
    assert any("1 submission examined before" in line for line in grade()[1])
    assert contents(tmp_path / "out") == complete and len(calls) == len(set(calls))


def test_another_rubric_changes_points_without_a_new_examination(calls, grade, tmp_path):
    grade()
    examined = len(calls)
    text = (module.default_rubric("fashion")).read_text(encoding="utf-8")
    path = tmp_path / "rubric.toml"
    path.write_text(text.replace("late_points = 0 ", "late_points = 1 "), encoding="utf-8")
    classroom, _ = grade(rubric=path)
    assert len(calls) == examined
    assert next(s for s in classroom.students if s.is_late).grade.taken_off == 1
    path.write_text(text.replace("epochs = 300 ", "epochs = 20 "), encoding="utf-8")
    grade(rubric=path)
    assert len(calls) > examined, "another length is checked in the files"


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("canvas.csv", "Student,ID,SIS Login ID,Section,GAN (5)\nDoe,1,d,A,\n", "Doe,1,d,A,"),
        ("moodle.csv", "Identifier,Full name,Status,Grade\nParticipant 78,Cy,- 1 day late,\n", "- 1 day late,"),
    ],
)
def test_the_gradebook_of_a_platform_is_filled_in(
    calls, grade, folder, make_submission, run_record, tmp_path, name, text, key
):
    (folder / "Cy_78_assignsubmission_file").mkdir()
    shutil.copy(make_submission("cy.zip", run_record(settings={"seed": 9})), folder / "Cy_78_assignsubmission_file")
    book = tmp_path / name
    book.write_text(text, encoding="utf-8")
    classroom, lines = grade(fill=book)
    filled = (tmp_path / "out" / name).read_text(encoding="utf-8")
    assert key in filled and filled != text and book.read_text(encoding="utf-8") == text
    assert any("1 grade" in line for line in lines)
    late = {student.submission.key: student.is_late for student in classroom.students}
    assert late["Moodle 78"] is (True if name == "moodle.csv" else None)


def test_what_cannot_be_graded_is_not_filled_in(calls, grade, folder, tmp_path):
    text = "Identifier,Full name,Grade\nParticipant 77,Jane Doe,\n"
    book = tmp_path / "moodle.csv"
    book.write_text(text, encoding="utf-8")
    _, lines = grade(fill=book)
    assert (tmp_path / "out" / "moodle.csv").read_text(encoding="utf-8") == text, "the folder is empty"
    assert "  Cannot be graded, so nothing was filled in: Jane Doe." in lines


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"fill": "missing.csv"}, "the gradebook missing.csv does not exist"),
        ({"rubric": "missing.toml"}, "the rubric missing.toml does not exist"),
    ],
)
def test_a_missing_file_is_one_sentence(calls, grade, options, message):
    with pytest.raises(AssignmentError, match=message):
        grade(**options)
    assert calls == []


def test_a_gradebook_of_another_platform_is_one_sentence(calls, grade, folder, tmp_path):
    shutil.rmtree(folder / "Jane Doe_77_assignsubmission_file")
    book = tmp_path / "moodle.csv"
    book.write_text("Identifier,Grade\nParticipant 1,\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match="no submission is from Moodle, so moodle.csv was not filled in"):
        grade(fill=book)


@pytest.mark.slow
def test_a_grading_that_is_killed_at_ten_moments_ends_like_an_undisturbed_one(make_submission, run_record, tmp_path):
    """With real processes. The moments are random, but the same in every test."""
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(4):
        path = make_submission(record=run_record(settings={"seed": number}))
        shutil.copy(path, folder / f"s_{number}_{number}_x.zip")

    def start(out):
        arguments = ["grade", str(folder), "--out", str(out), "--no-measure", "--jobs", "2"]
        code = "import sys; from assignment.cli import main; raise SystemExit(main(sys.argv[1:]))"
        return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=CHECKOUT, stdout=subprocess.DEVNULL)

    def results(out):
        kept = ("grades.html", "grades.csv", "grades.json", "feedback", "results")
        return {path: content for path, content in contents(out).items() if path.parts[0] in kept}

    began = time.monotonic()
    assert start(tmp_path / "whole").wait() == 0
    seconds, random, kills = time.monotonic() - began, Random(0), 0
    whole = results(tmp_path / "whole")
    for number in range(10):
        process = start(tmp_path / f"killed_{number}")
        with suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0.2, 0.95) * seconds)
        kills += process.poll() is None
        process.kill()
        process.wait()
        assert start(tmp_path / f"killed_{number}").wait() == 0
        assert results(tmp_path / f"killed_{number}") == whole
    assert kills >= 5 and len(whole) == 3 + 4 * 4


def test_a_submission_that_could_not_be_examined_now_is_examined_the_next_time(calls, grade, monkeypatch):
    examine_all = module.examine_all
    monkeypatch.setattr(module, "examine_all", lambda jobs, count, setup, on_done: dict.fromkeys(jobs, "it died"))
    classroom, _ = grade()
    reasons = {student.evidence.reason for student in classroom.students}
    assert reasons == {"it died; the same command tries again", "the folder of the submission is empty"}
    monkeypatch.setattr(module, "examine_all", examine_all)
    grade()
    assert len(calls) == 3
