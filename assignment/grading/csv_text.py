"""A table of comma-separated values as text, of which single cells are replaced and nothing else changes."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

QUOTE = '"'
SEPARATORS = (",", ";", "\t")
# How a file begins in each encoding; the first one that fits is used.
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet computes


@dataclass(frozen=True)
class Cell:
    """A cell: its value without quotes, and where its text begins and ends in the file's text."""

    value: str
    begin: int
    end: int


class CsvText:
    """The text of a table.

    rows: its cells, the header first.
    """

    def __init__(self, content: bytes):
        """Raises ValueError if the content is not a table."""
        self._mark, self._encoding = next(
            ((mark, name) for mark, name in MARKS if content.startswith(mark)), (b"", _encoding(content))
        )
        self._text = content[len(self._mark) :].decode(self._encoding)
        self.separator = _separator(self._text)
        self.rows = _parse(self._text, self.separator)

    def replaced(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """Return the file with new values in some cells, by (row, column). All other bytes stay.

        Raises ValueError if a value cannot be written in the file's encoding.
        """
        parts, position = [], 0
        for (row, column), value in sorted(values.items()):
            cell = self.rows[row][column]
            was_quoted = self._text[cell.begin : cell.begin + 1] == QUOTE
            parts += [self._text[position : cell.begin], self._written(value, was_quoted)]
            position = cell.end
        text = "".join([*parts, self._text[position:]])
        return self._mark + text.encode(self._encoding)

    def _written(self, value: str, was_quoted: bool) -> str:
        needs_quotes = was_quoted or any(character in value for character in (self.separator, QUOTE, "\n", "\r"))
        return f"{QUOTE}{value.replace(QUOTE, 2 * QUOTE)}{QUOTE}" if needs_quotes else value


def without_formula(value: str) -> str:
    """Return a text as a cell that no spreadsheet computes: with an apostrophe before it, if it could be a formula.

    Source: OWASP, CSV injection (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    return f"'{value}" if value.startswith(FORMULA) else value


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252" if _is_cp1252(content) else "latin-1"  # what a spreadsheet writes on Windows
    return "utf-8"


def _is_cp1252(content: bytes) -> bool:
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _separator(text: str) -> str:
    """Return the separator that occurs most often in the first line, outside of quotes."""
    counts = dict.fromkeys(SEPARATORS, 0)
    is_quoted = False
    for character in text:
        if character == QUOTE:
            is_quoted = not is_quoted
        elif character in "\r\n" and not is_quoted:
            break
        elif character in counts and not is_quoted:
            counts[character] += 1
    return max(SEPARATORS, key=lambda separator: counts[separator])


def _parse(text: str, separator: str) -> list[list[Cell]]:
    """Return the cells of each row (RFC 4180). Raises ValueError for a quote that is not closed."""
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    position, length = 0, len(text)
    while position < length:
        begin = position
        if text[position] == QUOTE:
            position = _end_of_quoted(text, position)
            value = text[begin + 1 : position - 1].replace(2 * QUOTE, QUOTE)
            rest = position
            while position < length and text[position] not in (separator, "\r", "\n"):
                position += 1
            value += text[rest:position]
        else:
            while position < length and text[position] not in (separator, "\r", "\n"):
                position += 1
            value = text[begin:position]
        row.append(Cell(value, begin, position))
        if position < length and text[position] == separator:
            position += 1
            if position == length or text[position] in "\r\n":
                row.append(Cell("", position, position))
            else:
                continue
        rows.append(row)
        row = []
        position += 2 if text[position : position + 2] == "\r\n" else 1
    return rows


def _end_of_quoted(text: str, begin: int) -> int:
    """Return the position after the closing quote of a cell."""
    position = begin + 1
    while True:
        position = text.find(QUOTE, position)
        if position < 0:
            raise ValueError("a quote is not closed")
        if text[position + 1 : position + 2] != QUOTE:
            return position + 1
        position += 2
