import csv
import io

import pytest

from assignment.grading.csv_text import CsvText, without_formula

TABLES = [
    b'a,b,c\r\n1,"x, ""y""",\r\n,,\r\n',
    b"a;b;c\n1;2,5;3",
    'ä\tb\n"1\n2"\tö'.encode("cp1252"),
    "\ufeffName,Grade\r\n李,\r\n".encode("utf-8"),
    b"\xff\xfe" + "a,b\r\n1,2\r\n".encode("utf-16-le"),
    b"a,b\r1,2\r",
    b'a,b\n"",""\n\n1,2\n',
]


@pytest.mark.parametrize("content", TABLES)
def test_a_table_is_read_as_csv_reads_it_and_written_unchanged(content):
    table = CsvText(content)
    assert table.replaced({}) == content
    text = content.decode("utf-16" if content.startswith(b"\xff\xfe") else table._encoding).lstrip("\ufeff")
    expected = list(csv.reader(io.StringIO(text, newline=""), delimiter=table.separator))
    assert [[cell.value for cell in row] for row in table.rows] == [row or [""] for row in expected]


@pytest.mark.parametrize("content", TABLES)
def test_only_the_replaced_cell_changes(content):
    table = CsvText(content)
    row, column = len(table.rows) - 1, 1 if len(table.rows[-1]) > 1 else 0
    changed = CsvText(table.replaced({(row, column): "7"}))
    expected = [[cell.value for cell in cells] for cells in table.rows]
    expected[row][column] = "7"
    assert [[cell.value for cell in cells] for cells in changed.rows] == expected
    cell = table.rows[row][column]
    assert changed._text.startswith(table._text[: cell.begin]) and changed._text.endswith(table._text[cell.end :])


def test_a_cell_is_quoted_if_it_was_or_has_to_be():
    table = CsvText(b'a,b,c\n"1",2,3\n')
    assert table.replaced({(1, 0): "9", (1, 1): 'x "y", z', (1, 2): "8"}) == b'a,b,c\n"9","x ""y"", z",8\n'


def test_an_open_quote_is_an_error():
    with pytest.raises(ValueError, match="a quote is not closed"):
        CsvText(b'a,"b\n1,2\n')


def test_a_letter_that_the_encoding_lacks_is_an_error():
    with pytest.raises(ValueError):
        CsvText("ä,b\n".encode("cp1252")).replaced({(0, 1): "李"})


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_formula_becomes_a_text(value):
    assert without_formula(value) == "'" + value
    assert without_formula("a" + value) == "a" + value
