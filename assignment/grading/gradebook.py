"""Fill in the gradebook that a teacher downloaded from Canvas or Moodle: students are found by their id.

Sources:
- Canvas, `lib/gradebook_exporter.rb` and `gradebook_importer.rb` (https://github.com/instructure/canvas-lms): the
  columns Student (or LastName and FirstName), ID, some others, and one for each assignment, "title (number)"; a row
  "Points Possible", perhaps one "Manual Posting"; EX for an excused student, N/A for one who is not assigned.
- Moodle, `mod/assign/gradingtable.php` and `feedback/offline/importgradeslib.php` (https://github.com/moodle/moodle):
  the columns Identifier ("Participant 123"), Status, Grade, Maximum Grade, Grade can be changed, Feedback comments.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assignment.errors import AssignmentError
from assignment.grading.csv_text import CsvText, without_formula
from assignment.grading.platforms import CANVAS, MOODLE

CANVAS_ASSIGNMENT = re.compile(r".+ \([0-9]+\)")
POINTS_POSSIBLE = "Points Possible"
KEPT = ("EX", "N/A")  # cells of Canvas that are not a grade to replace
MOODLE_COLUMNS = ("Identifier", "Grade", "Maximum Grade", "Grade can be changed", "Feedback comments", "Status")
LATE = re.compile(r"\blate\b", re.IGNORECASE)  # in Moodle's status: "Submitted for grading - 2 days late"
OWN_COMMENT = re.compile(r"[0-9.]+ of [0-9.]+ points\.")  # how a comment of this program begins
MAX_LISTED = 5  # names in a sentence


@dataclass(frozen=True)
class Entry:
    """What is filled in for a student: points out of `possible`, and a comment in plain text, a line for each item.

    name: the student's, for messages.
    """

    points: float
    possible: float
    comment: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Filled:
    """A gradebook with grades.

    content: the file. count: how many students have a grade in it now.
    notes: what the teacher should know, a sentence each.
    """

    content: bytes
    count: int
    notes: tuple[str, ...]


class Gradebook:
    """A gradebook of Canvas, or a grading worksheet of Moodle.

    platform: CANVAS or MOODLE.
    """

    def __init__(self, content: bytes, name: str, column: str | None = None):
        """Raises AssignmentError if it is neither, or if `column` does not name one assignment of it."""
        try:
            self._table = CsvText(content)
        except ValueError as error:
            raise AssignmentError(
                f"the gradebook {name} is not a table of comma-separated values ({error})."
            ) from error
        self._name = name
        header = [cell.value.strip() for cell in self._table.rows[0]] if self._table.rows else []
        self._columns = {title: number for number, title in reversed(list(enumerate(header)))}
        if "Identifier" in self._columns and "Grade" in self._columns:
            self.platform, self._id, self._grade = MOODLE, self._columns["Identifier"], self._columns["Grade"]
        elif "ID" in self._columns and ("Student" in self._columns or "LastName" in self._columns):
            self.platform, self._id, self._grade = CANVAS, self._columns["ID"], self._assignment(header, column)
        else:
            raise AssignmentError(
                f"the gradebook {name} is neither one of Canvas (columns Student and ID) nor a grading worksheet of"
                " Moodle (columns Identifier and Grade, in English)."
            )

    def _assignment(self, header: Sequence[str], column: str | None) -> int:
        """Return the column of the assignment in a gradebook of Canvas."""
        assignments = [number for number, title in enumerate(header) if CANVAS_ASSIGNMENT.fullmatch(title)]
        titles = ", ".join(repr(header[number]) for number in assignments)
        if column is not None:
            wanted = [n for n in assignments if column in (header[n], header[n].rpartition(" (")[0])]
            wanted = wanted or [n for n in assignments if header[n].endswith(f"({column})")]
            if len(wanted) != 1:
                raise AssignmentError(
                    f"--column names {len(wanted)} columns; the assignments are {titles or 'missing'}."
                )
            return wanted[0]
        if len(assignments) != 1:
            raise AssignmentError(
                f"the gradebook {self._name} has {len(assignments)} assignments"
                + (f"; name one with --column: {titles}." if assignments else ", but one is needed.")
            )
        return assignments[0]

    def students(self) -> dict[str, tuple[int, str]]:
        """Return the row and the name of each student, by id."""
        name = self._columns.get("Student", self._columns.get("LastName", self._columns.get("Full name", self._id)))
        found: dict[str, tuple[int, str]] = {}
        for number, row in enumerate(self._table.rows[1:], 1):
            identity = self._id_of(self._cell(number, self._id)) if len(row) > self._grade else ""
            if identity in found:
                raise AssignmentError(f"the gradebook {self._name} has two rows with the id {identity}.")
            if identity:
                found[identity] = (number, self._cell(number, name))
        return found

    def _cell(self, row: int, column: int | None) -> str:
        """Return a cell without spaces around it, "" if the row is too short or there is no such column."""
        cells = self._table.rows[row]
        return cells[column].value.strip() if column is not None and column < len(cells) else ""

    def _id_of(self, value: str) -> str:
        if self.platform == CANVAS:
            return value.strip() if value.strip().isdigit() else ""
        match = re.search(r"([0-9]+)$", value.strip())  # "Participant 123", in any language
        return match[1] if match else ""

    def late(self) -> dict[str, bool]:
        """Return whether each student's submission is late, by id, as a worksheet of Moodle says it; {} for Canvas."""
        column = self._columns.get("Status")
        if self.platform != MOODLE or column is None:
            return {}
        return {key: bool(LATE.search(self._cell(row, column))) for key, (row, _) in self.students().items()}

    def fill(self, entries: Mapping[str, Entry], overwrite: bool = False) -> Filled:
        """Return the gradebook with these grades, by the id of the student.

        Cells that have another grade already are kept unless `overwrite`; those of excused students always are.
        """
        students = self.students()
        values: dict[tuple[int, int], str] = {}
        kept, locked = [], []
        for identity, entry in entries.items():
            if identity not in students:
                continue
            number, name = students[identity]
            grade = self._grade_text(number, entry)
            present = self._cell(number, self._grade)
            if present.upper() in KEPT or self._is_locked(number):
                locked.append(name)
            elif present and not _same_number(present, grade) and not overwrite:
                kept.append(name)
            else:
                values[number, self._grade] = grade
                values |= self._comment(number, entry)
        return Filled(
            self._table.replaced(values), self._count(values), tuple(self._notes(entries, students, kept, locked))
        )

    def _count(self, values: Mapping[tuple[int, int], str]) -> int:
        return sum(column == self._grade for _, column in values)

    def _grade_text(self, row: int, entry: Entry) -> str:
        """Return a grade on the gradebook's scale, with its decimal sign."""
        maximum = self._maximum(row)
        points = entry.points if maximum is None else entry.points * maximum / entry.possible
        text = f"{points:.2f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self._has_decimal_commas else text

    def _maximum(self, row: int) -> float | None:
        """Return the most points that the gradebook gives, None if it does not say.

        Raises AssignmentError if it says something that is no number above 0.
        """
        if self.platform == MOODLE:
            text = self._cell(row, self._columns.get("Maximum Grade"))
        else:
            rows = range(1, len(self._table.rows))
            first = next((number for number in rows if self._cell(number, 0) == POINTS_POSSIBLE), None)
            text = self._cell(first, self._grade) if first is not None else ""
        maximum = _number(text)
        if text and not maximum:
            raise AssignmentError(f"the gradebook {self._name} has the most points {text!r}, not a number above 0.")
        return maximum

    @property
    def _has_decimal_commas(self) -> bool:
        """Whether the numbers of the gradebook have commas: those of the grades, or else of a table with semicolons."""
        columns = (self._grade, self._columns.get("Maximum Grade"))
        cells = [self._cell(number, column) for number in range(1, len(self._table.rows)) for column in columns]
        if any(re.fullmatch(r"[0-9]+\.[0-9]+", cell) for cell in cells):
            return False
        return self._table.separator == ";" or any(re.fullmatch(r"[0-9]+,[0-9]+", cell) for cell in cells)

    def _is_locked(self, row: int) -> bool:
        return self._cell(row, self._columns.get("Grade can be changed")).lower() == "no"

    def _comment(self, row: int, entry: Entry) -> dict[tuple[int, int], str]:
        """Return the comment for Moodle, which reads it as HTML; nothing if the teacher has written one."""
        column = self._columns.get("Feedback comments")
        if self.platform != MOODLE or column is None or not entry.comment or column >= len(self._table.rows[row]):
            return {}
        present = self._cell(row, column)
        if present and not OWN_COMMENT.match(present):
            return {}
        return {(row, column): without_formula("<br>".join(html.escape(line) for line in entry.comment))}

    @property
    def scale(self) -> str:
        """Where the grades are, and on which scale, in words."""
        column = self._cell(0, self._grade)
        first = next((row for row, _ in self.students().values()), 0)
        maximum = self._maximum(first)
        if maximum is None:
            return f"column {column!r}, which does not say the most points: points of the rubric"
        return f"column {column!r}, of {maximum:g} points"

    def _notes(
        self,
        entries: Mapping[str, Entry],
        students: Mapping[str, tuple[int, str]],
        kept: Sequence[str],
        locked: Sequence[str],
    ) -> list[str]:
        notes = []
        unknown = [f"{entry.name} ({identity})" for identity, entry in entries.items() if identity not in students]
        if unknown:
            notes.append(f"Not in the gradebook: {_listed(unknown)}.")
        if missing := [name for identity, (_, name) in students.items() if identity not in entries]:
            notes.append(f"Nothing was filled in for: {_listed(missing)}.")
        if kept:
            notes.append(f"Another grade was kept for: {_listed(kept)}. --overwrite replaces it.")
        if locked:
            notes.append(f"Excused, not assigned or locked, so nothing was changed: {_listed(locked)}.")
        return notes


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - MAX_LISTED
    return "; ".join(names[:MAX_LISTED]) + (f"; and {rest} more" if rest > 0 else "")


def _number(text: str) -> float | None:
    """Return a number with a decimal point or comma, and perhaps commas between thousands; None for another text."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", text):
        text = text.replace(",", "")
    return float(text.replace(",", ".")) if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?", text) else None


def _same_number(first: str, second: str) -> bool:
    return _number(first) is not None and _number(first) == _number(second)
