import h5py
import numpy as np
import pytest

from assignment.foreign.hdf5 import StoredArray, read_structure
from assignment.foreign.refused import Refused


def structure(path):
    with path.open("rb") as file:
        return read_structure(file, path.stat().st_size)


def test_groups_attributes_and_arrays_are_found(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.attrs["name"] = "value"
        file["a/b"] = np.arange(6, dtype=np.float32).reshape(2, 3)
        file["a/empty"] = np.zeros((0, 3), np.float16)
    root = structure(path)
    array = root.find("a/b")
    assert root.attributes["name"] in ("value", b"value") and (array.shape, array.dtype) == ((2, 3), "float32")
    assert root.find("a/c") is None and root.find("c/b") is None
    stored = np.frombuffer(path.read_bytes(), np.float32, count=6, offset=array.offset)
    np.testing.assert_array_equal(stored, np.arange(6))
    assert root.find("a/empty").nbytes == 0


@pytest.mark.parametrize("dtype", [">f4", "complex64", "S3"])
def test_arrays_of_other_types_are_refused(tmp_path, dtype):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["a"] = np.zeros(3, dtype)
    with pytest.raises(Refused, match="only real numbers are expected"):
        structure(path)


def test_the_size_of_an_array_is_exact_however_large_its_shape_is():
    assert StoredArray((2**40, 2**40), "float64", 0).nbytes == 2**83
