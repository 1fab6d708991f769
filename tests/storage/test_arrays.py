import zipfile

import numpy as np
import pytest

from assignment.storage import arrays
from assignment.storage.arrays import read_arrays
from assignment.storage.reading import Malformed


@pytest.fixture
def path(tmp_path):
    """A file with two arrays."""
    path = tmp_path / "file.npz"
    np.savez(path, one=np.arange(3), other=np.zeros((2, 2), np.float32))
    return path


def test_arrays_read_back_by_name(path):
    stored = read_arrays(path)
    assert stored["one"].tolist() == [0, 1, 2] and stored["other"].shape == (2, 2) and len(stored) == 2


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "none.npz")


def write_claim(path, shape):
    """Write an array of one number whose header claims another shape."""
    with zipfile.ZipFile(path, "a") as archive, archive.open("weights_01.npy", "w") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
        file.write(bytes(4))


def write_compressed(path):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("weights_01.npy", "w") as file:
        np.lib.format.write_array(file, np.zeros(100_000, np.float32))


def write_damaged_compression(path):
    write_compressed(path)
    content = path.read_bytes()
    start = content.index(b"weights_01.npy") + len("weights_01.npy")
    path.write_bytes(content[:start] + bytes(20) + content[start + 20 :])


def write_objects(path):
    with zipfile.ZipFile(path, "a") as archive, archive.open("weights_01.npy", "w") as file:
        np.lib.format.write_array(file, np.array([{}]), allow_pickle=True)


def write_text_member(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("weights_01.npy", "text")


@pytest.mark.parametrize(
    "change",
    [
        lambda path: write_claim(path, (2**40,)),
        lambda path: write_claim(path, (2**31, 2**31, 2**31)),
        lambda path: write_claim(path, (0,)),
        write_compressed,
        write_damaged_compression,
        write_objects,
        write_text_member,
        lambda path: path.write_bytes(b"not a zip"),
        lambda path: path.write_bytes(b""),
    ],
)
def test_arrays_that_are_not_stored_as_they_claim_are_refused_before_they_are_read(path, monkeypatch, change):
    change(path)
    monkeypatch.setattr(arrays.np, "load", lambda *arguments, **options: pytest.fail("it was read"))
    with pytest.raises(Malformed, match="file.npz contains no arrays that np.savez wrote"):
        read_arrays(path)
