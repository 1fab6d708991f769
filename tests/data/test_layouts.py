import os

import pytest

from assignment.data import layouts
from assignment.errors import AssignmentError

IDX = ("train-images-idx3-ubyte", "t10k-images-idx3-ubyte")
ARCHIVE = ("mnist.npz",)
CSV = ("mnist_train.csv", "mnist_test.csv")


def find(folder):
    return layouts.find(folder, "mnist", "MNIST", [IDX, ARCHIVE, CSV])


@pytest.fixture
def touch(tmp_path):
    """A function that creates empty files in a folder and returns the folder."""

    def create(*names):
        for name in names:
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path / "data"

    return create


@pytest.mark.parametrize("place", ["", "mnist/", "MNIST/", "MNIST/raw/", "raw/"])
@pytest.mark.parametrize(
    "names",
    [
        IDX,
        tuple(f"{name}.gz" for name in IDX),
        tuple(name.upper() for name in IDX),
        tuple(f"{name.upper()}.GZ" for name in IDX),
        ("train-images.idx3-ubyte", "t10k-images.idx3-ubyte.gz"),
        ("train-images-idx3-ubyte/train-images-idx3-ubyte", "t10k-images.idx3-ubyte/t10k-images.idx3-ubyte.gz"),
        ARCHIVE,
        ("MNIST.NPZ",),
        ("mnist.npz.gz",),
        ("mnist.npz/mnist.npz",),
        CSV,
        ("mnist_train.csv.gz", "MNIST_test.CSV"),
    ],
)
def test_every_layout_is_found_in_every_place(touch, place, names):
    folder = touch(*(place + name for name in names))
    layout, copies = find(folder)
    assert len(layout) == len(names)
    assert [[path.relative_to(folder).as_posix().lower() for path in paths] for paths in copies] == [
        [(place + name).lower()] for name in names
    ]


def test_all_copies_of_a_file_are_found_and_those_that_are_not_gzipped_come_first(touch):
    folder = touch(*(name + end for name in IDX for end in (".gz", "", "-1")))
    (folder / "train-images.idx3-ubyte").mkdir()
    (folder / "train-images.idx3-ubyte" / "train-images.idx3-ubyte").touch()
    _, copies = find(folder)
    assert [path.name for path in copies[0]] == [IDX[0], f"{IDX[0]}.gz", "train-images.idx3-ubyte"]
    assert [path.name for path in copies[1]] == [IDX[1], f"{IDX[1]}.gz"]


def test_the_first_complete_layout_counts(touch):
    folder = touch(*CSV, IDX[0], "mnist/notes.txt")
    assert find(folder)[0] == CSV
    touch(*ARCHIVE)
    assert find(folder)[0] == ARCHIVE
    touch(*(f"mnist/{name}" for name in CSV))
    assert find(folder)[0] == CSV


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["mnist_train.csv"], r"data has no mnist_test.csv \(or .gz\) of MNIST; it contains mnist_train.csv\.$"),
        (
            ["a/x"],
            r"data has no files of MNIST; it needs train-images-idx3-ubyte and t10k-images-idx3-ubyte, or mnist.npz, or"
            r" mnist_train.csv and mnist_test.csv \(each can have .gz\); it contains a/\.$",
        ),
        (["mnist/raw/train-images-idx3-ubyte"], "raw has no t10k-images-idx3-ubyte .*contains train-images-idx3-ubyte"),
        (["train-images-idx3-ubyte/readme"], "no files of MNIST.*it contains train-images-idx3-ubyte/"),
        (
            ["train.csv", "test.csv", "archive.zip"],
            "no files of MNIST.*it contains archive.zip, test.csv and train.csv",
        ),
        ([f"{number:03}" for number in range(300)], r"contains 000, 001, 002, 003, 004 and 295 more\.$"),
        (["x" * 200], "contains x{60}\\.$"),
    ],
)
def test_an_incomplete_folder_is_named_with_what_it_lacks_and_contains(touch, names, message):
    with pytest.raises(AssignmentError, match=message):
        find(touch(*names))


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(AssignmentError, match="it contains nothing"):
        find(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_cannot_be_printed_are_escaped(touch):
    with pytest.raises(AssignmentError, match=r"it contains a\?\?\[31m and b\?"):
        find(touch("a\n\x1b[31m", os.fsdecode(b"b\xff")))


def test_a_folder_of_the_data_sets_name_may_be_a_loop(touch):
    folder = touch("notes")
    try:
        (folder / "mnist").symlink_to("mnist")
        (folder / "raw").symlink_to(".", target_is_directory=True)
    except OSError:
        pytest.skip("this system does not allow links")
    with pytest.raises(AssignmentError, match="no files of MNIST.*contains mnist, notes and raw/"):
        find(folder)


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(AssignmentError, match=r"cannot be read \(permission denied\); make it readable"):
        find(tmp_path)
