"""Gradebooks as Canvas and Moodle write them: only the cells of the grades change, byte for byte."""

import pytest

from assignment.errors import AssignmentError
from assignment.grading.gradebook import Entry, Gradebook

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Quiz (11),GAN assignment (12),Current Score
,,,,,Manual Posting,,
"    Points Possible",,,,,5,100,(read only)
"Doe, Jane",101,s1,jane,"A, B",4,,80
"Doe, Jane",102,s2,jane2,A,5,,90
"Roe, Ana",103,s3,ana,A,,EX,
"Poe, Bo",104,s4,bo,A,3,55,
"Student, Test",105,,test,A,,N/A,
"""
MOODLE = "\n".join(
    [
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Feedback comments",
        'Participant 201,Jane Doe,j@x.org,Submitted for grading - 2 days 3 hours late,,10.00,Yes,"Monday, 2 November",',
        'Participant 202,"O\'Neil, ""Bo""",b@x.org,Submitted for grading - Graded,7.00,10.00,Yes,-,Well done',
        "Participant 203,Ana,a@x.org,Submitted for grading,,10.00,No,-,",
        "Participant 204,Cy,c@x.org,No submission,,10.00,Yes,-,",
        "",
    ]
)
FULL = Entry(87.5, 100, ("87.5 of 100 points.", "layer <2>: stride, 2"), "Kim")


def fill(text, entries, column=None, overwrite=False, encoding="utf-8"):
    filled = Gradebook(text.encode(encoding), "book.csv", column).fill(entries, overwrite)
    return filled.content.decode(encoding), filled


def test_only_the_grades_of_canvas_change():
    text, filled = fill(CANVAS, {"101": FULL, "103": FULL, "105": FULL, "104": FULL, "999": FULL}, "GAN assignment")
    assert text == CANVAS.replace('jane,"A, B",4,,80', 'jane,"A, B",4,87.5,80')
    assert filled.count == 1 and filled.notes == (
        "Not in the gradebook: Kim (999).",
        "Nothing was filled in for: Doe, Jane.",
        "Another grade was kept for: Poe, Bo. --overwrite replaces it.",
        "Excused, not assigned or locked, so nothing was changed: Roe, Ana; Student, Test.",
    )


def test_another_grade_is_replaced_only_if_asked():
    text, filled = fill(CANVAS, {"104": FULL}, "12", overwrite=True)
    assert text == CANVAS.replace("A,3,55,", "A,3,87.5,") and filled.count == 1
    assert fill(CANVAS, {"104": Entry(55, 100)}, "12")[0] == CANVAS, "the same grade is no change"


def test_students_are_found_by_id_not_by_name():
    text, _ = fill(CANVAS, {"102": FULL}, "GAN assignment (12)")
    assert text == CANVAS.replace("jane2,A,5,,90", "jane2,A,5,87.5,90")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_encoding_newlines_and_separators_stay(encoding, newline, separator):
    lines = [
        separator.join(cells)
        for cells in (
            ("Student", "ID", "SIS Login ID", "Section", "Größe (7)"),
            ("    Points Possible", "", "", "", "20"),
            ("Müller", "1", "m", "A", ""),
        )
    ]
    text = newline.join(lines) + newline
    grade = "17,5" if separator == ";" else "17.5"
    content = text.encode(encoding)
    filled = Gradebook(content, "book.csv").fill({"1": FULL}).content
    assert filled == content[: -len(newline)] + (grade + newline).encode()


def test_points_are_on_the_scale_of_the_gradebook():
    assert "A,3,8.75," in fill(CANVAS.replace(",5,100,", ",5,10,"), {"104": FULL}, "12", overwrite=True)[0]


def test_first_and_last_names_in_two_columns():
    text = "LastName,FirstName,ID,SIS Login ID,Section,GAN (3)\n    Points Possible,,,,,10\nDoe,Jane,1,j,A,\n"
    assert fill(text, {"1": FULL})[0] == text[:-1] + "8.75\n"


def test_only_grades_and_comments_of_moodle_change():
    text, filled = fill(MOODLE, {"201": FULL, "202": FULL, "203": FULL})
    comment = '"87.5 of 100 points.<br>layer &lt;2&gt;: stride, 2"'
    assert text == MOODLE.replace(
        'late,,10.00,Yes,"Monday, 2 November",\n', f'late,8.75,10.00,Yes,"Monday, 2 November",{comment}\n'
    )
    assert filled.notes == (
        "Nothing was filled in for: Cy.",
        'Another grade was kept for: O\'Neil, "Bo". --overwrite replaces it.',
        "Excused, not assigned or locked, so nothing was changed: Ana.",
    )


def test_a_comment_of_the_teacher_is_kept():
    text, _ = fill(MOODLE, {"202": FULL}, overwrite=True)
    assert text == MOODLE.replace("Graded,7.00,", "Graded,8.75,")


def test_moodle_says_what_is_late():
    assert Gradebook(MOODLE.encode(), "x").late() == {"201": True, "202": False, "203": False, "204": False}
    assert Gradebook(CANVAS.encode(), "x", "12").late() == {}


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a,b\n1,2\n", None, "is neither one of Canvas .* nor a grading worksheet of Moodle"),
        ("", None, "is neither one of Canvas"),
        ('Student,"ID\n', None, "is not a table of comma-separated values .a quote is not closed."),
        (CANVAS, None, "has 2 assignments; name one with --column: 'Quiz .11.', 'GAN assignment .12.'"),
        (CANVAS, "Other", "--column names 0 columns; the assignments are 'Quiz"),
        ("Student,ID,Section\nx,1,A\n", None, "has 0 assignments, but one is needed"),
    ],
)
def test_other_files_are_one_sentence(text, column, message):
    with pytest.raises(AssignmentError, match=message) as error:
        Gradebook(text.encode(), "book.csv", column)
    assert "\n" not in str(error.value)


def test_two_rows_with_one_id_and_a_maximum_that_is_no_number_are_refused():
    with pytest.raises(AssignmentError, match="has two rows with the id 101"):
        fill(CANVAS + '"Doe, Other",101,,,,,,\n', {"101": FULL}, "12")
    with pytest.raises(AssignmentError, match="has the most points 'A', not a number above 0"):
        fill(CANVAS.replace(",5,100,", ",5,A,"), {"101": FULL}, "12")


def test_thousands_and_zeros_are_numbers():
    assert ",4,875,80" in fill(CANVAS.replace(",5,100,", ',5,"1,000.00",'), {"101": FULL}, "12")[0]
    text = CANVAS.replace("A,3,55,", "A,3,0.00,")
    assert fill(text, {"104": Entry(0, 100)}, "12")[1].notes[-1:] != ("Another grade was kept",)


def test_short_rows_are_no_students():
    text = CANVAS + "Short,106\n"
    assert fill(text, {"106": FULL}, "12")[0] == text
    worksheet = "Identifier,Grade,Maximum Grade,Status\nParticipant 1,\n"
    assert fill(worksheet, {"1": FULL})[0] == worksheet[:-1] + "87.5\n"
    assert Gradebook(worksheet.encode(), "x").late() == {"1": False}


def test_a_comment_of_an_earlier_grading_is_replaced():
    text = MOODLE.replace("Well done", "80 of 100 points.")
    filled = fill(text, {"202": FULL}, overwrite=True)[0]
    assert "80 of 100" not in filled and "87.5 of 100 points.<br>" in filled


def test_the_scale_is_named():
    assert Gradebook(CANVAS.encode(), "x", "12").scale == "column 'GAN assignment (12)', of 100 points"
    assert Gradebook(MOODLE.encode(), "x").scale == "column 'Grade', of 10 points"
    without = CANVAS.replace(",5,100,", ",5,,")
    assert "does not say the most points" in Gradebook(without.encode(), "x", "12").scale
