import gzip

import numpy as np
import pytest

from assignment.data import idx
from assignment.errors import AssignmentError

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_file_is_read_whether_it_is_gzipped_or_not(tmp_path, idx_file, compress):
    path = tmp_path / "images"
    path.write_bytes(compress(idx_file(IMAGES)))
    np.testing.assert_array_equal(idx.parse(idx.read_bytes(path), path), IMAGES)


def test_an_encoded_array_has_the_content_of_its_file(idx_file):
    assert idx.encode(IMAGES) == idx_file(IMAGES)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: b"", "does not start"),
        (lambda content: b"<html>not found", "does not start"),
        (lambda content: content[:10], "within its header"),
        (lambda content: content[:-1], "it has 23 values, but its header says 24"),
        (lambda content: content + b"x", "it has 25 values, but its header says 24"),
    ],
)
def test_a_damaged_file_is_named_with_the_reason(tmp_path, idx_file, damage, message):
    path = tmp_path / "images-idx3"
    with pytest.raises(AssignmentError, match=message) as caught:
        idx.parse(damage(idx_file(IMAGES)), path)
    assert "images-idx3" in str(caught.value)


def test_a_truncated_gzip_file_is_named(tmp_path, idx_file):
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx_file(IMAGES))[:-9])
    with pytest.raises(AssignmentError, match="images.gz is damaged"):
        idx.read_bytes(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AssignmentError, match="images cannot be read"):
        idx.read_bytes(tmp_path / "images")
