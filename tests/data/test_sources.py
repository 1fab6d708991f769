import gzip
import hashlib

import numpy as np
import pytest

from assignment.data import idx, sources
from assignment.data.sources import FASHION_MNIST, Source
from assignment.errors import AssignmentError

TRAINING = np.full((6, 28, 28), 7, np.uint8)
TEST = np.full((2, 28, 28), 9, np.uint8)
ARRAYS = {
    "train-images-idx3-ubyte": TRAINING,
    "train-labels-idx1-ubyte": np.arange(6, dtype=np.uint8),
    "t10k-images-idx3-ubyte": TEST,
    "t10k-labels-idx1-ubyte": np.array([8, 9], np.uint8),
}
SMALL = Source(
    "fashion-mnist", "Small", "nobody",
    tuple((name, hashlib.md5(idx.write(array)).hexdigest()) for name, array in ARRAYS.items()),
)  # fmt: skip


def fill(folder, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in ARRAYS.items():
        content = idx.write(array)
        (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
    return folder


@pytest.fixture(autouse=True)
def no_network_and_an_empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(sources, "from_download", lambda source: None)


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


def test_keras_cache_goes_before_a_download(tmp_path, monkeypatch):
    fill(tmp_path / "keras" / "datasets" / "fashion-mnist", ".gz")
    monkeypatch.setattr(sources, "from_download", lambda source: pytest.fail("asked the network"))
    assert sources.load(SMALL).provenance.source == "Keras' cache"


def test_the_standin_comes_last_and_real_refuses_it(monkeypatch):
    monkeypatch.setattr(sources.standin, "draw", lambda: "drawn")
    assert sources.load(SMALL) == "drawn"
    assert sources.load(SMALL, "standin") == "drawn"
    with pytest.raises(AssignmentError, match="--data-dir"):
        sources.load(SMALL, "real")


def test_a_failed_download_is_no_error(monkeypatch, tmp_path):
    import keras

    def fail():
        raise Exception("URL fetch failure")

    monkeypatch.undo()
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", fail)
    assert sources.from_download(FASHION_MNIST) is None


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
    monkeypatch.setattr(sources.standin, "draw", lambda: pytest.fail("fell back"))
    with pytest.raises(AssignmentError, match=said) as caught:
        sources.load(SMALL, choice, data_dir=folder)
    assert path.name in str(caught.value)


def test_a_damaged_cache_is_an_error_too(tmp_path):
    folder = fill(tmp_path / "keras" / "datasets" / "fashion-mnist", ".gz")
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"torn")
    with pytest.raises(AssignmentError, match="train-images-idx3-ubyte.gz"):
        sources.load(SMALL)


@pytest.mark.real_data
def test_the_published_images(real_images_folder):
    dataset = sources.load(FASHION_MNIST, "real", real_images_folder)
    assert dataset.images.shape == (70_000, 28, 28) and dataset.images.dtype == np.uint8
    assert np.bincount(dataset.labels[:60_000]).tolist() == [6_000] * 10
    assert np.bincount(dataset.labels[60_000:]).tolist() == [1_000] * 10
