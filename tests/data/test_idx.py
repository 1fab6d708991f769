import gzip
import tracemalloc

import numpy as np
import pytest

from assignment.data import idx
from assignment.storage.reading import Malformed

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_a_file_is_read_whether_it_is_gzipped_or_not(tmp_path, idx_file, compress):
    path = tmp_path / "images"
    path.write_bytes(compress(idx_file(IMAGES)))
    np.testing.assert_array_equal(idx.parse(idx.read_content(path, idx.size(IMAGES.shape))), IMAGES)


def test_an_encoded_array_has_the_content_of_its_file(idx_file):
    assert idx.encode(IMAGES) == idx_file(IMAGES)
    assert idx.size(IMAGES.shape) == len(idx_file(IMAGES))


def header(kind: int, *sizes: int) -> bytes:
    return bytes([0, 0, kind, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: b"", "does not start.*empty"),
        (lambda content: b"<html>not found", "does not start.*web page"),
        (lambda content: b"version https://git-lfs.github.com/spec/v1", "does not start.*Git LFS pointer"),
        (lambda content: b"\0\0\x08", "does not start"),
        (lambda content: content[:10], "within its header"),
        (lambda content: content[:-1], "it has 23 values, but its header says 24"),
        (lambda content: content + b"x", "it has 25 values, but its header says 24"),
        (lambda content: header(12, 2, 8) + bytes(64), "the type 12 .*not 8, unsigned bytes"),  # QMNIST's labels
        (lambda content: header(8, *[1] * 70) + b"x", "70 dimensions"),
        (lambda content: header(8, *[1] * 255), "255 dimensions"),
        (lambda content: header(8) + b"x", "0 dimensions"),
        (lambda content: header(8, 0, 2**32 - 1, 2**32 - 1), "no values"),
        (lambda content: header(8, *[2**32 - 1] * 3), "its header says 79,228,162,458,924,105,385,300,197,375"),
        (lambda content: header(8, 0, 28, 28), "no values"),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason(idx_file, damage, message):
    with pytest.raises(Malformed, match=message):
        idx.parse(damage(idx_file(IMAGES)))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda stored: stored[:-9], "cannot be decompressed"),
        (lambda stored: stored[:-8], "cannot be decompressed"),  # the complete content without its checksum
        (lambda stored: stored[:12], "cannot be decompressed"),
        (lambda stored: stored[:2], "cannot be decompressed"),
        (lambda stored: stored[:-8] + b"wrongsum", "cannot be decompressed"),
        (lambda stored: stored + b"garbage", "cannot be decompressed"),
        (lambda stored: stored + stored, "more than 40 bytes"),
    ],
)
def test_a_damaged_gzip_file_is_refused(tmp_path, idx_file, damage, message):
    path = tmp_path / "images.gz"
    path.write_bytes(damage(gzip.compress(idx_file(IMAGES))))
    with pytest.raises(Malformed, match=message):
        idx.read_content(path, idx.size(IMAGES.shape))


def test_a_gzip_file_in_several_parts_is_read(tmp_path, idx_file):
    path, content = tmp_path / "images.gz", idx_file(IMAGES)
    path.write_bytes(gzip.compress(content[:9]) + gzip.compress(b"") + gzip.compress(content[9:]))
    assert idx.read_content(path, len(content)) == content


def test_no_more_is_decompressed_than_the_limit(tmp_path):
    """64 MB of zeros are 65 kB of gzip."""
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(bytes(2**26)))
    tracemalloc.start()
    with pytest.raises(Malformed, match="more than 1,000 bytes"):
        idx.read_content(path, 1_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_no_more_is_read_than_the_limit(tmp_path):
    path = tmp_path / "images"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(Malformed, match="more than"):
        idx.read_content(path, 1_000)


def test_content_that_does_not_compress_is_read(tmp_path):
    path, content = tmp_path / "images.gz", np.random.default_rng(0).bytes(2**20)
    path.write_bytes(gzip.compress(content, compresslevel=0))
    assert idx.read_content(path, len(content)) == content


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(OSError):
        idx.read_content(tmp_path / "images", 1_000)
