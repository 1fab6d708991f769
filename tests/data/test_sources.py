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

TRAINING = np.full((6, 28, 28), 7, np.uint8)
TEST = np.full((2, 28, 28), 9, np.uint8)
ARRAYS = {
    "train-images-idx3-ubyte": TRAINING,
    "train-labels-idx1-ubyte": np.arange(6, dtype=np.uint8),
    "t10k-images-idx3-ubyte": TEST,
    "t10k-labels-idx1-ubyte": np.array([8, 9], np.uint8),
}


def idx_file(array):
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return header + array.tobytes()


SMALL = Source(
    "fashion-mnist",
    "Small",
    "nobody",
    GARMENTS,
    tuple((name, hashlib.md5(idx_file(array)).hexdigest()) for name, array in ARRAYS.items()),
    draw_garments,
)


def fill(folder, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in ARRAYS.items():
        content = idx_file(array)
        (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Keras' cache, empty, and a network that does not answer."""
    homes = [tmp_path / "keras", tmp_path / "temporary"]
    monkeypatch.setattr(sources, "keras_caches", lambda: homes)
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", fail)
    return homes[0] / "datasets" / "fashion-mnist"


def fail():
    raise Exception("URL fetch failure\n on the moon")


@pytest.mark.parametrize("inner", ["", "fashion-mnist"])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_folder_in_its_four_forms(tmp_path, inner, suffix):
    fill(tmp_path / "data" / inner, suffix)
    dataset = sources.load(SMALL, data_dir=tmp_path / "data")
    np.testing.assert_array_equal(dataset.images, np.concatenate([TRAINING, TEST]))
    np.testing.assert_array_equal(dataset.labels, [0, 1, 2, 3, 4, 5, 8, 9])
    assert not dataset.provenance.is_standin and "MD5" in dataset.provenance.checked


def test_the_environment_names_a_folder_and_the_option_goes_before(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_DATA_DIR", str(fill(tmp_path / "named")))
    assert str(tmp_path / "named") in sources.load(SMALL).provenance.source
    option = fill(tmp_path / "option")
    assert str(option) in sources.load(SMALL, data_dir=option).provenance.source


def test_keras_cache_goes_before_a_download(cache, monkeypatch):
    fill(cache, ".gz")
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: pytest.fail("asked the network"))
    assert sources.load(SMALL).provenance.source == "Keras' cache"


def test_keras_cache_where_its_home_is_read_only(tmp_path):
    fill(tmp_path / "temporary" / "datasets" / "fashion-mnist", ".gz")
    assert sources.load(SMALL).provenance.source == "Keras' cache"


def test_a_download_goes_before_the_standin(cache, monkeypatch):
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: fill(cache, ".gz"))
    dataset = sources.load(SMALL)
    assert dataset.provenance.source == "a download by Keras" and not dataset.provenance.is_standin
    np.testing.assert_array_equal(dataset.images, np.concatenate([TRAINING, TEST]))


def test_a_download_that_arrives_damaged_is_named(cache, monkeypatch):
    def torn():
        fill(cache, ".gz")
        (cache / "train-labels-idx1-ubyte.gz").write_bytes(b"<html>")
        raise ValueError("not an array")

    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", torn)
    with pytest.raises(AssignmentError, match="train-labels-idx1-ubyte.gz is damaged"):
        sources.load(SMALL)


def test_the_standin_comes_last_and_says_why(monkeypatch):
    monkeypatch.setattr(sources.standin, "draw", lambda drawing, title, why: why)
    assert sources.load(SMALL, "standin") == "it was asked for"
    assert "could not be downloaded (URL fetch failure on the moon)" in sources.load(SMALL)


def test_real_refuses_the_standin(monkeypatch):
    monkeypatch.setattr(sources.standin, "draw", lambda *of: pytest.fail("drew"))
    with pytest.raises(AssignmentError, match="URL fetch failure on the moon.*--data-dir"):
        sources.load(SMALL, "real")


def test_where_keras_keeps_its_downloads(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert sources.keras_caches()[0] == tmp_path
    monkeypatch.delenv("KERAS_HOME")
    assert sources.keras_caches()[0] == Path.home() / ".keras"


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(AssignmentError, match="does not exist"):
        sources.load(SMALL, data_dir=tmp_path / "nowhere")


def test_a_folder_that_lacks_a_file(tmp_path):
    folder = fill(tmp_path / "data")
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(AssignmentError, match="no t10k-labels-idx1-ubyte"):
        sources.load(SMALL, data_dir=folder)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda content: content[:-1] + b"\xff", "MD5"),
        (lambda content: content[:-5], "header says"),
        (lambda content: b"", "does not start"),
    ],
)
@pytest.mark.parametrize("choice", ["auto", "real"])
def test_a_damaged_file_is_named_and_never_a_fallback(tmp_path, monkeypatch, choice, damage, said):
    folder = fill(tmp_path / "data")
    path = folder / "t10k-images-idx3-ubyte"
    path.write_bytes(damage(path.read_bytes()))
    monkeypatch.setattr(sources.standin, "draw", lambda *of: pytest.fail("fell back"))
    with pytest.raises(AssignmentError, match=said) as caught:
        sources.load(SMALL, choice, data_dir=folder)
    assert path.name in str(caught.value)


def test_a_damaged_cache_is_an_error_too(cache):
    fill(cache, ".gz")
    (cache / "train-images-idx3-ubyte.gz").write_bytes(b"torn")
    with pytest.raises(AssignmentError, match="train-images-idx3-ubyte.gz.*delete it"):
        sources.load(SMALL)


ARCHIVED = replace(SMALL, archive="small.npz")


def archive(cache, **arrays):
    cache.parent.mkdir(parents=True, exist_ok=True)
    stored = dict(zip(sources.ARCHIVED, ARRAYS.values()))
    np.savez(cache.parent / "small.npz", **{**stored, **arrays})


def test_what_keras_keeps_as_one_archive(cache):
    archive(cache)
    dataset = sources.load(ARCHIVED)
    np.testing.assert_array_equal(dataset.images, np.concatenate([TRAINING, TEST]))
    assert dataset.provenance.source == "Keras' cache" and not dataset.provenance.is_standin


def test_an_archive_of_other_images_is_an_error(cache):
    archive(cache, x_test=TEST + 1)
    with pytest.raises(AssignmentError, match="small.npz is damaged or another file"):
        sources.load(ARCHIVED)


def test_a_torn_archive_is_an_error(cache):
    archive(cache)
    path = cache.parent / "small.npz"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(AssignmentError, match="small.npz is damaged .it does not unpack"):
        sources.load(ARCHIVED)


def test_an_archive_with_a_flipped_byte_is_an_error_or_the_same_images(cache):
    cache.parent.mkdir(parents=True, exist_ok=True)
    path = cache.parent / "small.npz"
    np.savez_compressed(path, **dict(zip(sources.ARCHIVED, ARRAYS.values())))
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            dataset = sources.load(ARCHIVED)
        except AssignmentError as error:
            assert "small.npz is damaged" in str(error)
            refused += 1
        else:  # a date, or another of the archive's notes that nothing reads
            np.testing.assert_array_equal(dataset.images, np.concatenate([TRAINING, TEST]))
    assert refused > len(whole) // 3 // 2


def test_another_sets_files_of_the_same_names_are_called_so(tmp_path, monkeypatch):
    folder = fill(tmp_path / "data")
    other = replace(SMALL, name="other", title="Other", files=tuple((name, "0" * 32) for name, _ in SMALL.files))
    monkeypatch.setattr(sources, "SOURCES", {"small": SMALL, "other": other})
    with pytest.raises(AssignmentError, match=f"is {SMALL.title}'s, whose files have the same names; name the other"):
        sources.load(other, data_dir=folder)


@pytest.mark.real_data
@pytest.mark.parametrize("source", [FASHION_MNIST, MNIST])
def test_the_published_images(real_images_folder, source):
    dataset = sources.load(source, "real", real_images_folder)
    assert dataset.images.shape == (70_000, 28, 28) and dataset.images.dtype == np.uint8
    assert len(np.unique(dataset.labels)) == len(source.classes) == 10
    if source is FASHION_MNIST:
        assert np.bincount(dataset.labels[:60_000]).tolist() == [6_000] * 10
        assert np.bincount(dataset.labels[60_000:]).tolist() == [1_000] * 10
