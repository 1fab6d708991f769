import gzip
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from assignment.data import sources, tables
from assignment.data.dataset import GARMENTS
from assignment.data.garments import draw_garments
from assignment.data.sources import FASHION_MNIST, MNIST, Source
from assignment.errors import AssignmentError

TRAINING_IMAGES = np.full((6, 28, 28), 7, np.uint8)
TEST_IMAGES = np.full((2, 28, 28), 9, np.uint8)
IMAGES = np.concatenate([TRAINING_IMAGES, TEST_IMAGES])
ARRAYS = {
    "train-images-idx3-ubyte": TRAINING_IMAGES,
    "train-labels-idx1-ubyte": np.arange(6, dtype=np.uint8),
    "t10k-images-idx3-ubyte": TEST_IMAGES,
    "t10k-labels-idx1-ubyte": np.array([8, 9], np.uint8),
}
DOWNLOAD_ERROR = "URL fetch failure\n on the moon"


@pytest.fixture
def source(idx_file):
    """A data set of eight images, which Keras caches as four files."""
    files = tuple((name, hashlib.md5(idx_file(array)).hexdigest()) for name, array in ARRAYS.items())
    return Source("fashion-mnist", "Small", "nobody", GARMENTS, files, draw_garments, expected_accuracy=0.9)


@pytest.fixture
def archived_source(source):
    """The same data set, which Keras caches as one archive."""
    return replace(source, archive="small.npz")


@pytest.fixture
def write_files(idx_file):
    """A function that writes the four files into a folder, gzipped if the suffix is ".gz", and returns the folder."""

    def write(folder: Path, suffix: str = "") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in ARRAYS.items():
            content = idx_file(array)
            (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
        return folder

    return write


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The data set's folder in Keras' cache, which is empty; every download fails."""
    homes = [tmp_path / "keras", tmp_path / "temporary"]
    monkeypatch.setattr(sources, "keras_caches", lambda: homes)
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", fail_to_download)
    return homes[0] / "datasets" / "fashion-mnist"


def fail_to_download():
    raise Exception(DOWNLOAD_ERROR)


@pytest.fixture
def forbid_standin(monkeypatch):
    """The test fails if the stand-in is drawn."""
    monkeypatch.setattr(sources.standin, "draw", lambda *arguments: pytest.fail("the stand-in was drawn"))


@pytest.fixture
def write_archive(cache):
    """A function that writes Keras' archive and returns its path; arrays can be replaced by name."""

    def write(save=np.savez, **arrays: np.ndarray) -> Path:
        cache.parent.mkdir(parents=True, exist_ok=True)
        path = cache.parent / "small.npz"
        save(path, **{**dict(zip(tables.ARCHIVE_KEYS, ARRAYS.values())), **arrays})
        return path

    return write


@pytest.mark.parametrize("inner", ["", "fashion-mnist"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_folder_is_read_in_all_four_layouts(tmp_path, source, write_files, inner, suffix):
    write_files(tmp_path / "data" / inner, suffix)
    dataset = sources.load(source, data_dir=tmp_path / "data")
    np.testing.assert_array_equal(dataset.images, IMAGES)
    np.testing.assert_array_equal(dataset.labels, [0, 1, 2, 3, 4, 5, 8, 9])
    assert not dataset.provenance.is_standin and "MD5" in dataset.provenance.checked


def test_the_option_takes_precedence_over_the_environment(tmp_path, monkeypatch, source, write_files):
    monkeypatch.setenv("ASSIGNMENT_DATA_DIR", str(write_files(tmp_path / "environment")))
    assert str(tmp_path / "environment") in sources.load(source).provenance.source
    option = write_files(tmp_path / "option")
    assert str(option) in sources.load(source, data_dir=option).provenance.source


def test_the_cache_takes_precedence_over_a_download(cache, monkeypatch, source, write_files):
    write_files(cache, ".gz")
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: pytest.fail("the network was used"))
    assert sources.load(source).provenance.source == "Keras' cache"


def test_the_cache_that_keras_uses_if_its_home_is_read_only_is_found(tmp_path, source, write_files):
    write_files(tmp_path / "temporary" / "datasets" / "fashion-mnist", ".gz")
    assert sources.load(source).provenance.source == "Keras' cache"


def test_a_download_takes_precedence_over_the_standin(cache, monkeypatch, source, write_files):
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: write_files(cache, ".gz"))
    dataset = sources.load(source)
    assert dataset.provenance.source == "a download by Keras" and not dataset.provenance.is_standin
    np.testing.assert_array_equal(dataset.images, IMAGES)


def test_a_damaged_download_is_named(cache, monkeypatch, source, write_files):
    def download_damaged_file():
        write_files(cache, ".gz")
        (cache / "train-labels-idx1-ubyte.gz").write_bytes(b"<html>")
        raise ValueError("not an array")

    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", download_damaged_file)
    with pytest.raises(AssignmentError, match="train-labels-idx1-ubyte.gz is damaged"):
        sources.load(source)


def test_the_standin_is_the_last_resort_and_gives_the_reason(monkeypatch, source):
    monkeypatch.setattr(sources.standin, "draw", lambda draw_images, title, reason: reason)
    assert sources.load(source, "standin") == "--data standin was given"
    assert "could not be downloaded (URL fetch failure on the moon)" in sources.load(source)


def test_real_refuses_the_standin(forbid_standin, source):
    with pytest.raises(AssignmentError, match="URL fetch failure on the moon.*--data-dir"):
        sources.load(source, "real")


def test_the_cache_is_in_the_folder_that_keras_uses(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert sources.keras_caches()[0] == tmp_path
    monkeypatch.delenv("KERAS_HOME")
    assert sources.keras_caches()[0] == Path.home() / ".keras"


def test_a_missing_folder_is_named(tmp_path, source):
    with pytest.raises(AssignmentError, match="missing does not exist"):
        sources.load(source, data_dir=tmp_path / "missing")


def test_a_file_instead_of_a_folder_is_named(tmp_path, source):
    (tmp_path / "data").touch()
    with pytest.raises(AssignmentError, match="data is a file"):
        sources.load(source, data_dir=tmp_path / "data")


def test_a_folder_that_lacks_a_file_is_an_error(tmp_path, source, write_files):
    folder = write_files(tmp_path / "data")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(AssignmentError, match="no t10k-labels-idx1-ubyte"):
        sources.load(source, data_dir=folder)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-1] + b"\xff", "MD5"),
        (lambda content: content[:-5], "header says"),
        (lambda content: b"", "does not start"),
    ],
)
@pytest.mark.parametrize("choice", ["auto", "real"])
def test_a_damaged_file_is_named_and_never_replaced_by_the_standin(
    tmp_path, forbid_standin, source, write_files, choice, damage, message
):
    folder = write_files(tmp_path / "data")
    path = folder / "t10k-images-idx3-ubyte"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(AssignmentError, match=message) as caught:
        sources.load(source, choice, data_dir=folder)
    assert path.name in str(caught.value)


def test_a_damaged_file_in_the_cache_is_an_error_too(cache, source, write_files):
    write_files(cache, ".gz")
    (cache / "train-images-idx3-ubyte.gz").write_bytes(b"damaged")
    with pytest.raises(AssignmentError, match="train-images-idx3-ubyte.gz.*delete it"):
        sources.load(source)


def test_an_archive_in_the_cache_is_read(archived_source, write_archive):
    write_archive()
    dataset = sources.load(archived_source)
    np.testing.assert_array_equal(dataset.images, IMAGES)
    assert dataset.provenance.source == "Keras' cache" and not dataset.provenance.is_standin


def test_an_archive_of_other_images_is_an_error(archived_source, write_archive):
    write_archive(x_test=TEST_IMAGES + 1)
    with pytest.raises(AssignmentError, match="small.npz is damaged or another file"):
        sources.load(archived_source)


def test_a_truncated_archive_is_an_error(archived_source, write_archive):
    path = write_archive()
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(AssignmentError, match="small.npz is damaged or another file .it cannot be read"):
        sources.load(archived_source)


def test_an_archive_with_a_changed_byte_is_an_error_or_has_the_same_images(archived_source, write_archive):
    path = write_archive(np.savez_compressed)
    content, refused = path.read_bytes(), 0
    for position in range(0, len(content), 3):
        path.write_bytes(content[:position] + bytes([content[position] ^ 0xFF]) + content[position + 1 :])
        try:
            dataset = sources.load(archived_source)
        except AssignmentError as error:
            assert "small.npz is damaged" in str(error)
            refused += 1
        else:  # the byte belongs to a date or another field that is not read
            np.testing.assert_array_equal(dataset.images, IMAGES)
    assert refused > len(content) // 3 // 2


def test_a_file_of_another_data_set_with_the_same_name_is_recognized(tmp_path, monkeypatch, source, write_files):
    folder = write_files(tmp_path / "data")
    other = replace(source, name="other", title="Other", files=tuple((name, "0" * 32) for name, _ in source.files))
    monkeypatch.setattr(sources, "SOURCES", {"small": source, "other": other})
    with pytest.raises(AssignmentError, match="belongs to Small, whose files have the same names; give the folder"):
        sources.load(other, data_dir=folder)


def csv_text(images: np.ndarray, labels: np.ndarray) -> str:
    """Return a table as Kaggle writes it."""
    names = ["label", *(f"pixel{number}" for number in range(1, 785))]
    rows = [[label, *image.ravel()] for image, label in zip(images, labels)]
    return "".join(",".join(map(str, row)) + "\n" for row in [names, *rows])


@pytest.fixture
def write_tables(tmp_path):
    """A function that writes the two tables of the data set and returns their folder; it can change the order."""

    def write(order=slice(None)) -> Path:
        train_images, train_labels, test_images, test_labels = ARRAYS.values()
        for part, images, labels in (("train", train_images, train_labels), ("test", test_images, test_labels)):
            (tmp_path / f"fashion-mnist_{part}.csv").write_text(csv_text(images[order], labels[order]))
        return tmp_path

    return write


def test_an_archive_in_a_folder_is_read(tmp_path, source):
    np.savez(tmp_path / "fashion-mnist.npz", **dict(zip(tables.ARCHIVE_KEYS, ARRAYS.values())))
    dataset = sources.load(source, data_dir=tmp_path)
    np.testing.assert_array_equal(dataset.images, IMAGES)
    np.testing.assert_array_equal(dataset.labels, [0, 1, 2, 3, 4, 5, 8, 9])
    assert dataset.provenance.source == f"folder {tmp_path}" and "MD5" in dataset.provenance.checked


def test_tables_in_a_folder_are_read(source, write_tables):
    dataset = sources.load(source, data_dir=write_tables())
    np.testing.assert_array_equal(dataset.images, IMAGES)
    np.testing.assert_array_equal(dataset.labels, [0, 1, 2, 3, 4, 5, 8, 9])


def test_tables_in_another_order_are_refused(source, write_tables):
    with pytest.raises(AssignmentError, match="_train.csv.*MD5 of its training labels.*fetch the four IDX files"):
        sources.load(source, data_dir=write_tables(slice(None, None, -1)))


def test_a_valid_copy_is_used_in_place_of_a_damaged_one(tmp_path, source, write_files):
    folder = write_files(write_files(tmp_path / "data"), ".gz")
    for path in folder.glob("t10k*ubyte"):
        path.write_bytes(b"damaged")
    for path in folder.glob("train*.gz"):
        path.write_bytes(b"damaged")
    np.testing.assert_array_equal(sources.load(source, data_dir=folder).images, IMAGES)
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(b"damaged")
    with pytest.raises(AssignmentError, match="t10k-images-idx3-ubyte is damaged"):
        sources.load(source, data_dir=folder)


def test_the_home_folder_is_expanded_in_the_variable(tmp_path, monkeypatch, source, write_files):
    write_files(tmp_path / "images")
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT_DATA_DIR", "~/images")
    folder = f"folder {tmp_path / 'images'}"
    assert sources.load(source).provenance.source == folder


def test_a_given_folder_whose_name_begins_with_a_tilde_is_not_expanded_again(
    tmp_path, monkeypatch, source, write_files
):
    write_files(tmp_path / "~")
    monkeypatch.chdir(tmp_path)
    assert sources.load(source, data_dir=Path("~")).provenance.source == "folder ~"


@pytest.mark.parametrize("value", ["", " ", "\t\n"])
def test_a_blank_variable_counts_as_not_set(cache, monkeypatch, source, write_files, value):
    write_files(cache, ".gz")
    monkeypatch.setenv("ASSIGNMENT_DATA_DIR", value)
    assert sources.load(source).provenance.source == "Keras' cache"


DOWNLOAD_AGAIN = "; delete it, and the next run downloads it again"


def test_a_damaged_file_in_the_cache_is_downloaded_again_once_it_is_deleted(cache, source, write_files):
    write_files(cache, ".gz")
    (cache / "train-images-idx3-ubyte.gz").write_bytes(b"damaged")
    with pytest.raises(AssignmentError, match=DOWNLOAD_AGAIN) as caught:
        sources.load(source)
    assert "--data-dir" not in str(caught.value)


def test_a_file_of_another_data_set_in_the_cache_is_downloaded_again_once_it_is_deleted(
    cache, monkeypatch, source, write_files
):
    write_files(cache, ".gz")
    other = replace(source, title="Other", files=tuple((name, "0" * 32) for name, _ in source.files))
    monkeypatch.setattr(sources, "SOURCES", {"small": source, "other": other})
    with pytest.raises(AssignmentError, match="belongs to Small.*" + DOWNLOAD_AGAIN) as caught:
        sources.load(other)
    assert "--data-dir" not in str(caught.value)


def test_files_with_swapped_names_are_recognized(tmp_path, cache, monkeypatch, source, write_files):
    monkeypatch.setattr(sources, "SOURCES", {"small": source})
    for folder, data_dir, advice in (
        (tmp_path / "data", tmp_path / "data", "; delete it"),
        (cache, None, DOWNLOAD_AGAIN),
    ):
        train, test = (write_files(folder, ".gz") / f"{name}-labels-idx1-ubyte.gz" for name in ("train", "t10k"))
        content = train.read_bytes()
        train.write_bytes(test.read_bytes())
        test.write_bytes(content)
        with pytest.raises(AssignmentError, match="is t10k-labels-idx1-ubyte under another name" + advice):
            sources.load(source, data_dir=data_dir)


def test_a_damaged_file_is_named_before_keras_reads_it_even_if_others_are_missing(cache, monkeypatch, source):
    cache.mkdir(parents=True)
    (cache / "t10k-images-idx3-ubyte.gz").write_bytes(b"damaged")
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: pytest.fail("Keras read it"))
    with pytest.raises(AssignmentError, match="t10k-images-idx3-ubyte.gz is damaged"):
        sources.load(source)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_place_of_a_file_is_named(tmp_path, cache, archived_source, source, write_files):
    path = write_files(tmp_path / "data") / "train-labels-idx1-ubyte"
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(AssignmentError, match="train-labels-idx1-ubyte is a pipe, a socket or a device"):
        sources.load(source, data_dir=tmp_path / "data")
    cache.mkdir(parents=True)
    os.mkfifo(cache / "train-labels-idx1-ubyte.gz")
    with pytest.raises(AssignmentError, match="train-labels-idx1-ubyte.gz is a pipe"):
        sources.load(source)
    os.mkfifo(cache.parent / "small.npz")
    with pytest.raises(AssignmentError, match="small.npz is a pipe"):
        sources.load(archived_source)


def test_a_link_to_itself_is_named(tmp_path, source, write_files):
    path = write_files(tmp_path / "data") / "train-labels-idx1-ubyte"
    path.unlink()
    try:
        path.symlink_to(path.name)
    except OSError:
        pytest.skip("this system does not allow links")
    with pytest.raises(AssignmentError, match="train-labels-idx1-ubyte cannot be read"):
        sources.load(source, data_dir=tmp_path / "data")


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch, source, write_files):
    folder = write_files(tmp_path / "data")

    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AssignmentError, match=r"ubyte cannot be read \(permission denied\); make it readable"):
        sources.load(source, data_dir=folder)


@pytest.mark.real_data
@pytest.mark.parametrize("source", [FASHION_MNIST, MNIST])
def test_the_published_images_load(real_images_folder, source):
    dataset = sources.load(source, "real", real_images_folder)
    assert dataset.images.shape == (70_000, 28, 28) and dataset.images.dtype == np.uint8
    assert len(np.unique(dataset.labels)) == len(source.classes) == 10
    if source is FASHION_MNIST:
        assert np.bincount(dataset.labels[:60_000]).tolist() == [6_000] * 10
        assert np.bincount(dataset.labels[60_000:]).tolist() == [1_000] * 10
