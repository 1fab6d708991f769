import gzip

import numpy as np
import pytest

from assignment.data import idx
from assignment.errors import AssignmentError


def idx_file(array):
    """The content of an IDX file of unsigned bytes, from the format's description."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return header + array.tobytes()


IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_reads_back_gzipped_or_not(tmp_path, pack):
    path = tmp_path / "images"
    path.write_bytes(pack(idx_file(IMAGES)))
    np.testing.assert_array_equal(idx.parse(idx.read_bytes(path), path), IMAGES)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "does not start"),
        (b"<html>not found", "does not start"),
        (idx_file(IMAGES)[:10], "within its header"),
        (idx_file(IMAGES)[:-1], "23 values where its header says 24"),
        (idx_file(IMAGES) + b"x", "25 values where its header says 24"),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(tmp_path, content, said):
    path = tmp_path / "images-idx3"
    with pytest.raises(AssignmentError, match=said) as caught:
        idx.parse(content, path)
    assert "images-idx3" in str(caught.value)


def test_a_torn_gzip_is_named(tmp_path):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx_file(IMAGES))[:-9])
    with pytest.raises(AssignmentError, match="images.gz is damaged"):
        idx.read_bytes(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AssignmentError, match="images cannot be read"):
        idx.read_bytes(tmp_path / "images")
