from itertools import chain

import numpy as np
import pytest

from assignment.data import files, idx
from assignment.errors import AssignmentError

LABELS = np.array([3, 1, 2], np.uint8)
ADVICE = files.Advice("fetch it", {})


def write(path, array):
    path.write_bytes(idx.encode(array))
    return idx.md5(idx.encode(array))


@pytest.mark.parametrize(
    "layout", [files.idx_files("abcd", ".gz"), files.archive_files("mnist.npz"), files.csv_files("mnist")]
)
def test_every_layout_holds_all_four_arrays_in_order(layout):
    numbers = [range(4)[file.arrays] for file in layout]
    assert list(chain.from_iterable(numbers)) == [0, 1, 2, 3] == list(range(len(files.SHAPES)))


def test_the_names_are_those_of_the_published_files():
    assert [file.name for file in files.idx_files(["a", "b"], ".gz")] == ["a.gz", "b.gz"]
    assert [file.name for file in files.csv_files("fashion-mnist")] == [
        "fashion-mnist_train.csv",
        "fashion-mnist_test.csv",
    ]


def test_the_first_copy_with_the_published_content_is_loaded(tmp_path):
    file = files.idx_files(["a", "b"])[1]
    write(tmp_path / "other", LABELS + 1)
    md5 = write(tmp_path / "labels", LABELS)
    paths = [tmp_path / "missing", tmp_path / "other", tmp_path / "labels"]
    assert files.load(paths, file, ["", md5], ADVICE)[0].tolist() == [3, 1, 2]
    with pytest.raises(AssignmentError, match=r"missing cannot be read \(no such file"):
        files.load(paths[:2], file, ["", md5], ADVICE)


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (10_000, "path is damaged or another file .the MD5 of its test labels is not the published one.; fetch it.$"),
        (9_999, "not the published one: they are 9,999, not 10,000"),
        (10_001, "more than 10,008 bytes"),
        (0, "it has no values"),
    ],
)
def test_labels_with_another_content_are_refused(tmp_path, count, message):
    write(tmp_path / "path", np.full(count, 11, np.uint8))  # 11 is not a label
    with pytest.raises(AssignmentError, match=message):
        files.load([tmp_path / "path"], files.idx_files("abcd")[3], [""] * 4, ADVICE)


def test_a_known_content_is_named(tmp_path):
    md5 = write(tmp_path / "path", LABELS)
    with pytest.raises(AssignmentError, match="path belongs to somebody else.$"):
        advice = files.Advice("fetch it", {md5: "belongs to somebody else"})
        files.load([tmp_path / "path"], files.idx_files("abcd")[1], [""] * 4, advice)
