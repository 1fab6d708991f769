import hashlib
import json
import os
import re
from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.storage import files
from assignment.storage.files import (
    FORMAT,
    FileCopies,
    check_files,
    check_format,
    check_spelling,
    ensure_writable,
    files_named,
    partial_path,
    remove_partials,
    replacing,
    sha256,
    write_json,
    write_text,
)


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
    assert json.loads(path.read_bytes()) == {"firstname": "Ана", "epochs": [1, 2]}
    assert list(tmp_path.iterdir()) == [path]


def test_characters_that_utf_8_lacks_are_written_and_read_back_as_escapes(path):
    """As in a path that is not UTF-8, which Linux allows."""
    write_json(path, {"source": "folder im\udce1genes"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"source": "folder im\udce1genes"}
    write_text(path, "folder im\udce1genes")
    assert path.read_text(encoding="utf-8") == "folder im\\udce1genes"


def test_write_json_keeps_the_old_file_if_the_content_is_not_json(path):
    with pytest.raises(TypeError):
        write_json(path, {"folder": path})
    assert path.read_text() == "old"


def test_the_current_format_is_accepted(path):
    check_format({"format": FORMAT}, path)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"format": 1}, "1"),
        ({"format": "2"}, "2"),
        *[(content, "unknown") for content in ({}, {"format": [2]}, {"format": "\n"}, {"format": 10**30})],
    ],
)
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


def test_a_deleted_folder_is_created_again(tmp_path):
    write_text(tmp_path / "outputs" / "ana" / "history.csv", "1")
    assert (tmp_path / "outputs" / "ana" / "history.csv").read_text() == "1"


@pytest.mark.skipif(os.name == "nt", reason="Windows lets only administrators create links")
def test_the_deleted_target_of_a_linked_folder_is_created_again(tmp_path):
    (tmp_path / "outputs").symlink_to(tmp_path / "target")
    write_text(tmp_path / "outputs" / "history.csv", "1")
    assert (tmp_path / "target" / "history.csv").read_text() == "1"


def test_the_error_names_the_folder_if_a_file_has_taken_its_place(path):
    with pytest.raises(NotADirectoryError) as caught, replacing(path / "history.csv"):
        pass
    assert caught.value.filename == str(path)


def test_the_error_names_the_final_file_even_if_the_temporary_one_cannot_be_deleted(path, monkeypatch):
    def refuse(self, missing_ok=False):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OSError) as caught, replacing(path) as temporary:
        raise PermissionError(13, "Permission denied", str(temporary))
    assert caught.value.filename == str(path)


@pytest.mark.skipif(os.name == "nt", reason="on Windows the file has a name until the system deletes it")
def test_the_test_of_a_folder_creates_no_file_that_a_kill_could_leave(tmp_path, monkeypatch):
    create, seen = files.tempfile.TemporaryFile, []

    def create_and_list(**options):
        file = create(**options)
        seen.append(os.listdir(tmp_path))
        return file

    monkeypatch.setattr(files.tempfile, "TemporaryFile", create_and_list)
    ensure_writable(tmp_path)
    assert seen == [[]]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_only_regular_files_with_exactly_the_name_are_found(tmp_path):
    pattern = re.compile("grid_[0-9]+")
    for name in ("grid_2", "grid_1", "grid_1 (copy)", "old_grid_1"):
        (tmp_path / name).touch()
    (tmp_path / "grid_3").mkdir()
    os.mkfifo(tmp_path / "grid_4")
    assert files_named(tmp_path, pattern) == [tmp_path / "grid_1", tmp_path / "grid_2"]
    assert files_named(tmp_path / "missing", pattern) == []
    with pytest.raises(AssignmentError, match="grid_4 is not a file, but a file of that name will be written"):
        check_files(tmp_path / "grid_1", tmp_path / "grid_4")


def test_only_the_partial_files_of_the_given_files_are_deleted(tmp_path):
    ours, other = (partial_path(tmp_path / name, "0123abcd") for name in ("judge.keras", "other.keras"))
    for path in (ours, other, tmp_path / ".partial-notes.keras"):
        path.touch()
    remove_partials(tmp_path / "judge.keras", tmp_path / "judge.json")
    assert sorted(tmp_path.iterdir()) == sorted([other, tmp_path / ".partial-notes.keras"])


def test_copies_write_only_files_that_were_deleted(tmp_path):
    deleted, changed, missing = (tmp_path / name for name in ("deleted", "changed", "missing"))
    deleted.write_text("1")
    changed.write_text("1")
    copies = FileCopies()
    copies.add(deleted, changed, missing)
    deleted.unlink()
    changed.write_text("2")
    copies.restore()
    assert (deleted.read_text(), changed.read_text(), missing.exists()) == ("1", "2", False)


@pytest.mark.parametrize(("listed", "other"), [("ana", "ana"), ("something", "another name")])
def test_another_spelling_of_a_name_is_refused(tmp_path, monkeypatch, listed, other):
    """As in a file system that ignores upper case, where the folder "Ana" exists but is listed as "ana"."""
    (tmp_path / "Ana").mkdir()
    check_spelling(tmp_path / "Ana", "give {}.")
    check_spelling(tmp_path / "Ben", "give {}.")
    monkeypatch.setattr(files.os, "listdir", lambda folder: [listed])
    with pytest.raises(AssignmentError) as caught:
        check_spelling(tmp_path / "Ana", "give {}.")
    path, reason = tmp_path / "Ana", "this file system does not distinguish the two"
    assert str(caught.value) == f"{path} already exists as {other}, and {reason}; give {other}."


def test_a_composed_accent_is_the_same_as_a_decomposed_one(tmp_path, monkeypatch):
    (tmp_path / "Jos\u00e9").mkdir()
    monkeypatch.setattr(files.os, "listdir", lambda folder: ["Jose\u0301"])
    check_spelling(tmp_path / "Jos\u00e9", "")


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied", ".tmp"), FileExistsError(17, "No name found")]
)
def test_a_folder_that_cannot_be_written_is_named_without_the_temporary_file(tmp_path, monkeypatch, error):
    def refuse(**options):
        raise error

    monkeypatch.setattr(files.tempfile, "TemporaryFile", refuse)
    with pytest.raises(AssignmentError) as caught:
        ensure_writable(tmp_path)
    reason = "permission denied"
    assert str(caught.value) == f"cannot write in {tmp_path} ({reason}); fix that, or choose another folder."


@pytest.mark.skipif(os.name == "nt", reason="Windows lets only administrators create links")
def test_the_missing_target_of_a_linked_folder_is_created(tmp_path):
    (tmp_path / "outputs").symlink_to(tmp_path / "missing")
    ensure_writable(tmp_path / "outputs")
    assert (tmp_path / "missing").is_dir()
