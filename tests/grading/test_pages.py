import re
from dataclasses import replace

import pytest

from assignment.checking.answers import Finding
from assignment.grading.arrivals import Submission
from assignment.grading.classroom import Classroom, Student
from assignment.grading.copies import find_copies
from assignment.grading.evidence import Answer, Evidence
from assignment.grading.examine import Examined
from assignment.grading.pages import class_page, comment, feedback_page
from assignment.grading.platforms import Owner
from assignment.grading.points import grade

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def make_class(make_examined, rubric):
    def make(*names, **changes):
        examined = {f"Canvas {n}": make_examined(0, **changes) for n, _ in enumerate(names)}
        copies = find_copies(examined)
        students = tuple(
            Student(
                Submission(f"Canvas {n}", Owner("Canvas", str(n), name), ()),
                "x.zip",
                (),
                n == 0,
                examined[f"Canvas {n}"],
                grade(examined[f"Canvas {n}"].evidence, rubric, n == 0),
                tuple(copies),
            )
            for n, name in enumerate(names)
        )
        return Classroom(rubric, students, tuple(copies), ())

    return make


def test_the_page_shows_every_student_with_points_findings_and_copies(make_class):
    finding = ("generator", Finding("blank images", "the pixels differ by 0", "Train it again."))
    page = class_page(make_class("Ana", "Bo", findings=(finding,)))
    for text in ("Ana", "Bo", "7 of 14", "blank images", "late", "the same generator", "layer 2: stride 2", "12.5"):
        assert text in page, text
    assert page.count('<section class="student"') == 2 and page.count("data:image/png;base64,") == 4


def test_a_page_is_one_file_that_asks_for_nothing_else(make_class):
    for page in (class_page(make_class("Ana", "Bo")), feedback_page(make_class("Ana").students[0], make_class("Ana"))):
        assert not re.search(r'(src|href)="(?!data:|#)', page) and "http" not in page and "@import" not in page


def test_names_and_records_are_text(make_class):
    classroom = make_class(EVIL, recorded={"seed": EVIL, "epochs": EVIL, "status": EVIL}, notes=(EVIL,))
    for page in (class_page(classroom), feedback_page(classroom.students[0], classroom)):
        assert EVIL not in page and "&lt;script&gt;alert(1)" in page


def test_feedback_says_what_to_do_and_names_nobody_else(make_class):
    classroom = make_class("Ana", "Bo")
    page = feedback_page(classroom.students[0], classroom)
    for text in ("7 of 14 points", "layer 2: stride 2", "Found: stride 1", "write strides=2", "layer 3", "2.5 points"):
        assert text in page, text
    assert "Bo" not in page and "same generator" not in page


def test_a_submission_that_cannot_be_graded_says_why(make_class):
    classroom = make_class("Ana")
    student = replace(classroom.students[0], examined=Examined(Evidence("the ZIP file is encrypted")))
    student = replace(student, grade=grade(student.evidence, classroom.rubric, None))
    assert "the ZIP file is encrypted." in feedback_page(student, classroom)
    assert "the ZIP file is encrypted" in class_page(replace(classroom, students=(student,), copies=()))
    assert comment(student) == ("Your submission cannot be graded: the ZIP file is encrypted.",)
    assert "Not graded" in feedback_page(student, classroom)


def test_a_comment_has_a_line_for_each_mistake(make_class):
    lines = comment(make_class("Ana").students[0])
    assert lines[0] == "7 of 14 points."
    assert lines[1] == "Step 3, Generator (5 of 10): layer 2: stride 2. Found: stride 1. To do: write strides=2."
    assert lines[2] == "Step 2, Figures (2 of 4): step7_grid_*.png. Found: it is missing. To do: hand it in."


SIZES = [(390, "light"), (390, "dark"), (1280, "light"), (1600, "dark")]


def show(browser, page, path, width, scheme):
    path.write_text(page, encoding="utf-8")
    device = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(path.as_uri())


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_the_pages_fit_the_window_and_run_no_script_of_a_name(make_class, browser, tmp_path, width, scheme):
    classroom = make_class(EVIL, "Bo " + "x" * 80, notes=("y" * 200,))
    for page in (class_page(classroom), feedback_page(classroom.students[0], classroom)):
        show(browser, page, tmp_path / "page.html", width, scheme)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        assert errors == [], "no script fails, and nothing is loaded from elsewhere"


@pytest.mark.slow
def test_300_rows_are_sorted_and_filtered(make_class, browser, tmp_path):
    names = [f"Student {number:03}" for number in range(300)]
    classroom = make_class(*names)
    students = tuple(
        replace(student, grade=replace(student.grade, taken_off=(7 * number % 300) / 100), copies=())
        for number, student in enumerate(classroom.students)
    )
    page = class_page(replace(classroom, students=students, copies=()))
    show(browser, page, tmp_path / "page.html", 1280, "light")
    column = "return [...document.querySelectorAll('#class tbody tr:not([hidden])')].map(row => {})"
    button = "document.querySelectorAll('#class thead button')[{}].click()"
    points = column.format("row.cells[2].dataset.value")
    browser.execute_script(button.format(1))
    descending = [float(value) for value in browser.execute_script(points)]
    assert len(descending) == 300 and descending == sorted(descending, reverse=True)
    browser.execute_script(button.format(1))
    assert [float(value) for value in browser.execute_script(points)] == descending[::-1]
    browser.execute_script(button.format(0))
    assert browser.execute_script(column.format("row.cells[1].dataset.value")) == names
    filter = "const f = document.getElementById('filter'); f.value = 'Student 29'; f.dispatchEvent(new Event('input'))"
    browser.execute_script(filter)
    shown = browser.execute_script(column.format("row.cells[1].dataset.value"))
    assert shown == names[290:300]


def test_a_reason_is_given_once(make_class):
    classroom = make_class("Ana")
    damaged = Answer("x", False, "'g.h5' cannot be read: it is damaged")
    checks = {"generator layers": (damaged, damaged)}
    student = replace(classroom.students[0], examined=Examined(Evidence(checks=checks)))
    student = replace(student, grade=grade(student.evidence, classroom.rubric, None))
    assert sum("is damaged" in line for line in comment(student)) == 1
