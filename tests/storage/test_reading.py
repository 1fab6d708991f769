"""Reading: regular files, up to a size, JSON of an expected shape."""

import os
from dataclasses import dataclass
from math import isnan

import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import FORMAT
from assignment.storage.reading import Malformed, check_regular, parse_json, read_bytes, read_json, read_versioned


@dataclass
class Facts:
    epoch: int
    losses: list[float]
    name: str = "ana"


def test_json_becomes_an_instance_of_the_shape():
    facts = parse_json('{"epoch": 2, "losses": [1, NaN], "other": null}', Facts)
    assert (facts.epoch, facts.losses[0], facts.name) == (2, 1.0, "ana") and isnan(facts.losses[1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"text"',
        '{"epoch": "2", "losses": []}',
        '{"epoch": 2.5, "losses": []}',
        '{"epoch": 2}',
        '{"epoch": 2, "losses": [null]}',
        '{"epoch": 2, "losses": [], "name": 3.0}',
        "[" * 100_000,
        "\xff",
    ],
)
def test_json_of_another_shape_is_malformed(text):
    with pytest.raises(Malformed):
        parse_json(text.encode("latin-1"), Facts)


def test_missing_and_malformed_files_read_as_none(tmp_path):
    path = tmp_path / "facts.json"
    assert read_json(path, Facts) is None
    for content in (b"", b"half", b'{"epoch": ', b"\xff\xfe", b"[" * 200_000, b'{"epoch": []}'):
        path.write_bytes(content)
        assert read_json(path, Facts) is None
    assert read_json(path / "below_a_file.json", Facts) is None
    path.write_text('{"epoch": 1, "losses": []}')
    assert read_json(path, Facts) == Facts(1, [])


def test_more_bytes_than_allowed_are_not_read(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bytes(path, 5) == b"12345"
    with pytest.raises(Malformed, match="more than 4 bytes"):
        read_bytes(path, 4)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_named_pipe_is_refused_without_being_opened(tmp_path):
    path = tmp_path / "facts.json"
    os.mkfifo(path)
    with pytest.raises(AssignmentError, match="is a pipe"):
        read_json(path, Facts)


def test_folder_is_refused(tmp_path):
    with pytest.raises(AssignmentError, match="is a folder"):
        check_regular(tmp_path)


@dataclass
class Record:
    epochs: int


@pytest.mark.parametrize("content", ['{"format": 1}', '{"epochs": []}', '{"format": "2", "epochs": 3}'])
def test_another_format_is_refused_before_the_shape_is_judged(tmp_path, content):
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(AssignmentError, match="run.json was written by another version of this program"):
        read_versioned(path, Record)


@pytest.mark.parametrize(
    "content", ["", "null", "[2]", f'{{"format": {FORMAT}}}', f'{{"format": {FORMAT}, "epochs": 1.5}}']
)
def test_a_damaged_file_of_this_format_reads_as_none(tmp_path, content):
    path = tmp_path / "run.json"
    assert read_versioned(path, Record) is None
    path.write_text(content)
    assert read_versioned(path, Record) is None
    path.write_text(f'{{"format": {FORMAT}, "epochs": 3}}')
    assert read_versioned(path, Record) == Record(3)
