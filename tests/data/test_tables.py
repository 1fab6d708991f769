import gzip
import io
import tracemalloc
import zipfile

import numpy as np
import pytest

from assignment.data import tables
from assignment.storage.reading import Malformed

SHAPES = ((3, 28, 28), (3,), (2, 28, 28), (2,))
ARRAYS = [np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8) for shape in SHAPES]
CONTENTS = dict(zip(tables.ARCHIVE_KEYS, ARRAYS))


@pytest.fixture
def write_archive(tmp_path):
    """A function that writes an archive of the four arrays and returns its path; arrays can be replaced by name."""

    def write(save=np.savez, **arrays):
        path = tmp_path / "mnist.npz"
        save(path, **{**CONTENTS, **arrays})
        return path

    return write


def write_members(path, compression=zipfile.ZIP_DEFLATED, **members):
    """Write an archive with these contents in place of arrays."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for key, array in CONTENTS.items():
            archive.writestr(f"{key}.npy", members.get(key, npy(array)))
    return path


def npy(array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npy_header(shape: str, dtype: str = "|u1") -> bytes:
    text = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_is_read_as_the_contents_of_the_idx_files(write_archive, idx_file, save):
    assert tables.read_archive(write_archive(save), SHAPES) == [idx_file(array) for array in ARRAYS]


def test_an_array_in_the_order_of_fortran_has_the_same_content(write_archive, idx_file):
    path = write_archive(x_train=np.asfortranarray(ARRAYS[0]))
    assert tables.read_archive(path, SHAPES)[0] == idx_file(ARRAYS[0])


def test_a_gzipped_archive_is_read(write_archive, idx_file):
    path = write_archive()
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert tables.read_archive(path, SHAPES)[3] == idx_file(ARRAYS[3])


class Bomb:
    """An object whose reading from a file would fail the test."""

    def __reduce__(self):
        return pytest.fail, ("code in the file ran",)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array(["a", "b"]), "its y_train has values of type str32, not uint8"),
        (np.array([Bomb()], dtype=object), "type object"),
        (ARRAYS[1].astype(np.int64), "type int64"),  # 256 would become 0
        (ARRAYS[1].astype(">i4"), "type int32"),
        (ARRAYS[1] / 255, "type float64"),
        (ARRAYS[1] > 3, "type bool"),
        (np.zeros(2, [("a", "u1"), ("b", "u1")]), "type void16"),
    ],
)
def test_only_unsigned_bytes_are_read(write_archive, array, message):
    with pytest.raises(Malformed, match=message):
        tables.read_archive(write_archive(y_train=array), SHAPES)


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (b"", "cannot be read"),
        (b"PK", "cannot be read"),
        (npy_header("(10000000000000,)"), "cannot be read"),
        (npy_header("(0, 4294967295, 4294967295, 4294967295)"), "cannot be read"),
        (npy_header("(" + "(" * 5_000), "cannot be read"),
        (npy_header("(3,)") + b"ab", "cannot be read"),
        (npy_header("(3,)") + b"abcd", "cannot be read"),
        (b"\x93NUMPY\x03\x00" + bytes(100), "another version"),
        (bytes(2**20), "its x_train has more than 2,352 bytes"),
    ],
)
def test_a_damaged_array_is_refused(tmp_path, member, message):
    with pytest.raises(Malformed, match=message):
        tables.read_archive(write_members(tmp_path / "mnist.npz", x_train=member), SHAPES)


def test_an_archive_without_an_array_is_refused(tmp_path):
    np.savez(tmp_path / "mnist.npz", x_train=ARRAYS[0], x_test=ARRAYS[2])
    with pytest.raises(Malformed, match="no array y_train"):
        tables.read_archive(tmp_path / "mnist.npz", SHAPES)


def test_a_file_that_is_not_an_archive_is_refused(tmp_path):
    path = tmp_path / "mnist.npz"
    path.write_bytes(b"<html>")
    with pytest.raises(Malformed, match="cannot be read"):
        tables.read_archive(path, SHAPES)


def test_compression_that_cannot_be_limited_is_refused(tmp_path):
    for compression in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(Malformed, match="compressed in another way"):
            tables.read_archive(write_members(tmp_path / "mnist.npz", compression), SHAPES)


def test_a_bomb_in_an_archive_is_not_unpacked(tmp_path):
    """64 MB of zeros in an archive of 65 kB."""
    path = write_members(tmp_path / "mnist.npz", x_train=npy_header("(67108864,)") + bytes(2**26))
    tracemalloc.start()
    with pytest.raises(Malformed, match="more than 2,352 bytes"):
        tables.read_archive(path, SHAPES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**21


def csv_lines(count: int = 3) -> list[str]:
    return [",".join(map(str, [label, *image.ravel()])) for image, label in zip(ARRAYS[0][:count], ARRAYS[1])]


KAGGLE = "label," + ",".join(f"pixel{number}" for number in range(1, 785))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join([KAGGLE, *csv_lines()]) + "\n",
        "\n".join(csv_lines()),
        "\r\n".join([KAGGLE, *csv_lines(), "", ""]),
        "\ufeff" + "\n".join([KAGGLE, *csv_lines()]),  # as spreadsheets begin it
    ],
)
def test_a_table_is_read_with_or_without_a_line_of_names(tmp_path, idx_file, text):
    path = tmp_path / "mnist_train.csv"
    path.write_bytes(text.encode())
    assert tables.read_csv(path, SHAPES[:2]) == [idx_file(ARRAYS[0]), idx_file(ARRAYS[1])]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "no rows"),
        ([KAGGLE], "no rows"),
        (["1,2,3"], "a row has 3 values, not 785"),
        ([*csv_lines(2), "5"], "a row has 1 values"),
        (["1" + "," * 784], "whole number from 0 to 255"),
        (["256" + ",0" * 784], "whole number from 0 to 255"),
        (["-1" + ",0" * 784], "whole number"),
        (["1.0" + ",0" * 784], "whole number"),
        (["1" + ",0" * 783 + ",#"], "whole number"),
        (["1" + ",0" * 783 + ",\u0663"], "whole number"),
        (["\0" + ",0" * 784], "whole number"),
        (["9" * 3_000 + ",0" * 784], "whole number"),
        (["9" * 7_000 + ",0" * 784], "too many characters"),
        ([KAGGLE, *csv_lines(), csv_lines()[0]], "more than 3 rows"),
        (["1"] * 20_000, "more than 3 rows"),
        (["1" + ",0" * 100_000], "more than .* bytes"),
    ],
)
def test_a_table_with_other_content_is_refused(tmp_path, lines, message):
    path = tmp_path / "mnist_train.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Malformed, match=message):
        tables.read_csv(path, SHAPES[:2])


def test_a_table_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "mnist_train.csv"
    path.write_bytes(b"\xff\xfe1\0,\0")
    with pytest.raises(Malformed, match="not a text file"):
        tables.read_csv(path, SHAPES[:2])
