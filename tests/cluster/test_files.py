import os

import pytest

from assignment.cluster.files import Changes, read_changes, write_changes
from assignment.errors import AssignmentError


def write(folder, **contents):
    """Write files by name; `_` stands for a slash, and the last one for the dot of the suffix."""
    for name, content in contents.items():
        *folders, stem, suffix = name.split("__")
        path = folder.joinpath(*folders, f"{stem}.{suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


@pytest.fixture
def folder(tmp_path):
    """A run's folder with a history, two checkpoints, of which one has no checksum yet, a lock and a partial file."""
    folder = tmp_path / "run"
    write(folder, ana__fashion__history__csv="1", ana__fashion__checkpoints__epoch_0009__npz="nine")
    write(folder, ana__fashion__checkpoints__epoch_0009__sha256="9", models__generator__h5="weights")
    write(folder, ana__fashion__checkpoints__epoch_0010__npz="ten")
    (folder / "ana" / "fashion" / ".lock").touch()
    (folder / "ana" / "fashion" / ".partial-0123abcd-0123abcd.csv").touch()
    return folder


CHECKPOINT = ["ana/fashion/checkpoints/epoch_0009.npz", "ana/fashion/checkpoints/epoch_0009.sha256"]
OTHERS = ["ana/fashion/history.csv", "models/generator.h5"]


def test_everything_is_new_to_one_who_knows_nothing(folder):
    changes = read_changes(folder, {}, checkpoints=True)
    assert list(changes.contents) == CHECKPOINT + OTHERS  # the checkpoint is read first
    assert changes.contents[CHECKPOINT[0]] == b"nine" and changes.versions.keys() == changes.contents.keys()


def test_only_what_changed_is_read(folder):
    known = read_changes(folder, {}, checkpoints=True).versions
    write(folder, ana__fashion__history__csv="12")
    changes = read_changes(folder, known, checkpoints=True)
    assert changes.contents == {OTHERS[0]: b"12"}
    assert changes.versions.keys() == known.keys()


def test_the_newest_complete_checkpoint_is_read_in_the_order_of_numbers(folder):
    write(
        folder, ana__fashion__checkpoints__epoch_10000__npz="later", ana__fashion__checkpoints__epoch_10000__sha256="l"
    )
    write(folder, ana__fashion__checkpoints__epoch_0010_update_0003__npz="u")
    write(folder, ana__fashion__checkpoints__epoch_0010_update_0003__sha256="u")
    names = [name for name in read_changes(folder, {}, checkpoints=True).contents if "checkpoints" in name]
    assert names == [f"ana/fashion/checkpoints/epoch_10000.{suffix}" for suffix in ("npz", "sha256")]


def test_checkpoints_stay_as_they_are_if_they_were_not_asked_for(folder, tmp_path):
    known = write_changes(tmp_path / "copy", read_changes(folder, {}, checkpoints=True), {})
    write(folder, ana__fashion__checkpoints__epoch_0010__sha256="10")
    changes = read_changes(folder, known, checkpoints=False)
    assert list(changes.versions) == OTHERS and changes.contents == {}
    assert write_changes(tmp_path / "copy", changes, known) == known
    assert [(tmp_path / "copy" / name).exists() for name in CHECKPOINT] == [True, True]


def test_a_copy_is_brought_up_to_date_and_has_the_same_versions(folder, tmp_path):
    copy, known = tmp_path / "copy", {}
    for _ in range(2):
        known = write_changes(copy, read_changes(folder, known, checkpoints=True), known)
        assert read_changes(copy, {}, checkpoints=True) == read_changes(folder, {}, checkpoints=True)
        write(folder, ana__fashion__checkpoints__epoch_0010__sha256="10", ana__fashion__history__csv="12")
        (folder / OTHERS[1]).unlink(missing_ok=True)


def test_the_checksum_of_a_checkpoint_is_written_last(folder, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(os, "utime", lambda path, ns: written.append(path.name))
    write_changes(tmp_path / "copy", read_changes(folder, {}, checkpoints=True), {})
    assert written == ["history.csv", "generator.h5", "epoch_0009.npz", "epoch_0009.sha256"]


def test_a_content_without_its_version_is_refused(tmp_path):
    with pytest.raises(AssignmentError, match="not one of a run"):
        write_changes(tmp_path / "copy", Changes({}, {"a.txt": b"1"}), {})


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "a/../../b", "C:evil", "a\\b"])
def test_a_name_outside_the_folder_is_refused_and_nothing_is_written(tmp_path, name):
    changes = Changes({"good.txt": (1, 1), name: (1, 1)}, {"good.txt": b"1", name: b"1"})
    with pytest.raises(AssignmentError, match="not one of a run"):
        write_changes(tmp_path / "copy", changes, {})
    assert not (tmp_path / "copy").exists()
