import zipfile

import pytest

from assignment.submission.archive import archive_bytes, write_archive


def test_the_bytes_depend_on_names_and_contents_only(tmp_path):
    source = tmp_path / "a.h5"
    source.write_bytes(b"weights")
    files = {"manifest.json": b"{}", "a.h5": source, "ä.png": b"x"}
    write_archive(tmp_path / "x.zip", files)
    first = (tmp_path / "x.zip").read_bytes()
    source.unlink()
    source.write_bytes(b"weights")
    source.chmod(0o600)
    write_archive(tmp_path / "x.zip", files)
    assert (tmp_path / "x.zip").read_bytes() == first
    assert len(first) == archive_bytes({"manifest.json": 2, "a.h5": 7, "ä.png": 1})
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert archive.namelist() == list(files) and archive.read("a.h5") == b"weights"
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}


def test_an_earlier_file_stays_if_a_new_one_cannot_be_written(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"earlier")
    with pytest.raises(FileNotFoundError):
        write_archive(path, {"a.h5": tmp_path / "missing.h5"})
    assert path.read_bytes() == b"earlier" and list(tmp_path.iterdir()) == [path]
