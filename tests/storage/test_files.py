import hashlib

import pytest

from assignment.errors import AssignmentError
from assignment.storage.files import FORMAT, check_format, read_json, replacing, sha256, write_json, write_text


@pytest.fixture
def path(tmp_path):
    """The path of a text file that contains "old"."""
    path = tmp_path / "file.txt"
    path.write_text("old")
    return path


def test_replacing_changes_the_file_only_when_the_block_ends(path):
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert temporary.suffix == ".txt" and temporary.parent == path.parent
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


def test_replacing_keeps_the_old_file_after_an_error(path):
    with pytest.raises(OSError), replacing(path) as temporary:
        temporary.write_text("half")
        raise OSError
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("named", [True, False])
def test_an_error_names_the_final_file(tmp_path, named):
    with pytest.raises(OSError) as caught, replacing(tmp_path / "history.csv") as temporary:
        raise OSError(28, "No space left on device", str(temporary) if named else None)
    assert caught.value.filename == str(tmp_path / "history.csv")


def test_write_text_replaces_the_file_in_utf_8(path):
    write_text(path, "Ана\n")
    assert path.read_bytes().decode("utf-8").splitlines() == ["Ана"]
    assert list(path.parent.iterdir()) == [path]


def test_json_is_indented_readable_and_reads_back(tmp_path):
    path = tmp_path / "run.json"
    write_json(path, {"firstname": "Ана", "epochs": [1, 2]})
    assert path.read_text(encoding="utf-8") == '{\n  "firstname": "Ана",\n  "epochs": [\n    1,\n    2\n  ]\n}\n'
    assert read_json(path) == {"firstname": "Ана", "epochs": [1, 2]}
    assert list(tmp_path.iterdir()) == [path]


def test_write_json_keeps_the_old_file_if_the_content_is_not_json(path):
    with pytest.raises(TypeError):
        write_json(path, {"folder": path})
    assert path.read_text() == "old"


@pytest.mark.parametrize("content", [b"", b"half", b'{"status": ', b"\xff\xfe", b"[" * 200_000])
def test_read_json_returns_none_for_a_file_that_is_not_json(path, content):
    path.write_bytes(content)
    assert read_json(path) is None


def test_read_json_returns_none_for_a_missing_file(path):
    assert read_json(path.with_name("missing.json")) is None
    assert read_json(path / "below_a_file.json") is None


def test_read_json_raises_if_the_file_cannot_be_read(tmp_path):
    with pytest.raises(OSError):
        read_json(tmp_path)


def test_the_current_format_is_accepted(path):
    check_format({"format": FORMAT}, path)


@pytest.mark.parametrize(("content", "found"), [({"format": 1}, "1"), ({"format": "2"}, "2"), ({}, "unknown")])
def test_another_format_is_refused_in_one_sentence(path, content, found):
    with pytest.raises(AssignmentError) as caught:
        check_format(content, path)
    assert str(caught.value) == (
        f"{path} was written by another version of this program (format {found}, this version reads format 2);"
        " --fresh starts over."
    )


def test_sha256_is_that_of_the_content(path):
    assert sha256(path) == hashlib.sha256(b"old").hexdigest()


def test_the_refusal_of_another_format_ends_with_the_remedy(path):
    with pytest.raises(AssignmentError, match="; train it again.$"):
        check_format({}, path, remedy="train it again")
