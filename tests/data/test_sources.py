import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from assignment.data import sources
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
        save(path, **{**dict(zip(sources.ARCHIVE_KEYS, ARRAYS.values())), **arrays})
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
    with pytest.raises(AssignmentError, match="small.npz is damaged .it cannot be read"):
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


@pytest.mark.real_data
@pytest.mark.parametrize("source", [FASHION_MNIST, MNIST])
def test_the_published_images_load(real_images_folder, source):
    dataset = sources.load(source, "real", real_images_folder)
    assert dataset.images.shape == (70_000, 28, 28) and dataset.images.dtype == np.uint8
    assert len(np.unique(dataset.labels)) == len(source.classes) == 10
    if source is FASHION_MNIST:
        assert np.bincount(dataset.labels[:60_000]).tolist() == [6_000] * 10
        assert np.bincount(dataset.labels[60_000:]).tolist() == [1_000] * 10
