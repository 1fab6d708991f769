import stat
import zipfile

import pytest

from assignment.grading import archives
from assignment.grading.archives import Unreadable, list_class, shown


def write(path, *names, content="x", change=None):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name)
            if change:
                change(entry)
            archive.writestr(entry, content)
    return path


def list_files(path):
    with path.open("rb") as file:
        return archives.list_files(file)


def unpack(path, entry, target, maximum):
    with zipfile.ZipFile(path) as archive:
        return archives.unpack(archive, entry, target, maximum)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.zip"


def test_files_are_listed_without_folders_and_those_of_the_system(path):
    write(path, "a/", "a/generator.h5", "__MACOSX/a/._generator.h5", "a/.DS_Store", "Thumbs.db", "a/._x")
    assert [entry.filename for entry in list_files(path)] == ["a/generator.h5"]


@pytest.mark.parametrize("name", ["../x.h5", "a/../../x.h5", "/tmp/x.h5", "C:/x.h5", "..\\x.h5", "c:x.h5"])
def test_a_name_that_leads_out_of_the_folder_is_refused(path, name):
    with pytest.raises(Unreadable, match="a name that leads out of its folder"):
        list_files(write(path, name))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFBLK])
def test_links_and_devices_are_refused(path, kind):
    def change(entry):
        entry.create_system, entry.external_attr = 3, (kind | 0o777) << 16

    with pytest.raises(Unreadable, match="a link or a device"):
        list_files(write(path, "x.h5", change=change))


def test_an_encrypted_file_is_refused(path):
    content = bytearray(write(path, "x.h5").read_bytes())
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="encrypted; ask for one without a password"):
        list_files(path)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(path, compression):
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("x.h5", "x" * 1_000)
    with pytest.raises(Unreadable, match="an unusual compression"):
        list_files(path)


def test_too_many_files_and_a_long_list_are_refused(path, monkeypatch):
    write(path, *(f"{number}.h5" for number in range(12)))
    monkeypatch.setattr(archives, "MAX_FILES", 10)
    with pytest.raises(Unreadable, match="has 12 files, but at most 10 are expected"):
        list_files(path)
    monkeypatch.setattr(archives, "MAX_DIRECTORY_BYTES", 100)
    with pytest.raises(Unreadable, match="a list of files of [0-9]+ bytes"):
        list_files(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_and_control_characters_are_refused(path):
    with pytest.raises(Unreadable, match="two files in the ZIP file have the same name"):
        list_files(write(path, "x.h5", "x.h5"))
    with pytest.raises(Unreadable, match="a name with control characters"):
        list_files(write(path, "x\x1b[2J.h5"))


def test_a_damaged_or_empty_file_is_refused(path):
    path.write_bytes(write(path, "x.h5").read_bytes()[:40])
    with pytest.raises(Unreadable, match="damaged or incomplete"):
        list_files(path)
    path.write_bytes(b"")
    with pytest.raises(Unreadable, match="the ZIP file is empty"):
        list_files(path)


def test_no_more_is_unpacked_than_the_limit(path, tmp_path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.h5", bytes(3_000_000))
    (entry,) = list_files(path)
    assert unpack(path, entry, tmp_path / "out", 3_000_000) == 3_000_000
    with pytest.raises(Unreadable, match="when they are unpacked"):
        unpack(path, entry, tmp_path / "out", 2_999_999)


def test_a_wrong_checksum_is_refused(path, tmp_path):
    content = write(path, "x.h5", content="abcdefgh").read_bytes()
    path.write_bytes(content.replace(b"abcdefgh", b"abcdefgX"))
    (entry,) = list_files(path)
    with pytest.raises(Unreadable, match="the ZIP file is damaged"):
        unpack(path, entry, tmp_path / "out", 100)


def test_a_long_name_is_shortened():
    assert shown("a" * 100) == repr("..." + "a" * 57) and shown("x.h5") == "'x.h5'"


def test_the_format_for_large_files_and_a_hidden_record_are_refused(path, monkeypatch):
    content = write(path, *(f"{number}.h5" for number in range(12))).read_bytes()
    path.write_bytes(content[:-22] + b"PK\x06\x07" + bytes(16) + content[-22:])
    with pytest.raises(Unreadable, match="the format for very large files"):
        list_files(path)
    monkeypatch.setattr(archives, "MAX_DIRECTORY_BYTES", 100)
    path.write_bytes(content[:-6] + b"PK\x05\x06"[:4] + b"\0\0")  # another record's mark in the last record
    with pytest.raises(Unreadable, match="a list of files of"):
        list_files(path)


def test_spaces_and_joiners_of_any_language_are_read(path):
    names = ["Screenshot 3.04\u202fPM.png", "می\u200cخواهم.png"]
    assert [entry.filename for entry in list_files(write(path, *names))] == names


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_in_the_zip_file_of_a_class_only_the_bad_file_is_left_out(path):
    write(path, "doe_1_2_a.zip", "../doe_3_4_b.zip", "doe_1_2_a.zip", "x\x1b.zip")
    entries, problems = list_class(path)
    assert [entry.filename for entry in entries] == ["doe_1_2_a.zip"]
    assert len(problems) == 3 and "leads out of its folder" in problems[0] and "two files have this name" in problems[1]
