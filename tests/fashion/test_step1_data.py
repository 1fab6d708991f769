from pathlib import Path

import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import TROUSER, Dataset
from assignment.fashion.step1_data import split_data


def check_split(source):
    data = split_data(source)
    assert set(data.ds1) == set(data.ds2) == {"images", "labels"}
    assert data.ds1["images"].shape == (60_000, 28, 28) and data.ds1["labels"].shape == (60_000,)
    assert data.ds2["images"].shape == (10_000, 28, 28) and data.ds2["labels"].shape == (10_000,)
    assert data.dataset.shape == (7_000, 28, 28)
    for images in (data.ds1["images"], data.ds2["images"], data.dataset):
        assert images.dtype == np.float32 and images.min() == -1 and images.max() == 1
    # The dataset's images are the trousers of ds1, then those of ds2, each in its order.
    first, second = (part["images"][part["labels"] == TROUSER] for part in (data.ds1, data.ds2))
    assert (len(first), len(second)) == (6_000, 1_000)
    np.testing.assert_array_equal(data.dataset, np.concatenate([first, second]))
    np.testing.assert_allclose((data.ds2["images"] + 1) * 127.5, source.images[60_000:], atol=1e-4)


def test_the_sheets_data_are_split_from_70_000_images(standin):
    """The images are random, in the shapes and class counts of the data set."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (70_000, 28, 28), np.uint8)
    labels = np.resize(np.arange(10, dtype=np.uint8), 70_000)
    random.shuffle(labels[:60_000])
    random.shuffle(labels[60_000:])
    check_split(Dataset(images, labels, standin))


def test_without_images_fashion_mnist_is_loaded_and_a_stand_in_is_mentioned(standin, monkeypatch):
    images, labels = np.zeros((70_000, 28, 28), np.uint8), np.resize(np.arange(10, dtype=np.uint8), 70_000)
    loaded = []
    dataset = Dataset(images, labels, standin)
    monkeypatch.setattr(sources, "load", lambda *request: loaded.append(request) or dataset)
    with pytest.warns(UserWarning, match="The images are a drawn stand-in"):
        assert split_data().dataset.shape == (7_000, 28, 28)
    with pytest.warns(UserWarning):
        split_data("folder")
    with pytest.warns(UserWarning):
        split_data(data="standin")
    assert loaded == [
        (sources.FASHION_MNIST, "auto", None),
        (sources.FASHION_MNIST, "auto", Path("folder")),
        (sources.FASHION_MNIST, "standin", None),
    ]


@pytest.mark.real_data
def test_the_sheets_data_are_split_from_the_real_images(real_images_folder):
    check_split(sources.load(sources.FASHION_MNIST, "real", real_images_folder))
