import numpy as np
import pytest

from assignment.data import standin
from assignment.data.digits import draw_digits
from assignment.data.garments import draw_garments


@pytest.fixture(scope="module", params=[(draw_garments, "Fashion-MNIST"), (draw_digits, "MNIST")], ids=lambda of: of[1])
def title_and_dataset(request):
    drawing, title = request.param
    return title, standin.draw(drawing, title, "of the test")


def test_shapes_types_and_counts_are_the_real_sets(title_and_dataset):
    _, dataset = title_and_dataset
    assert dataset.images.shape == (70_000, 28, 28) and dataset.images.dtype == np.uint8
    assert dataset.labels.shape == (70_000,) and dataset.labels.dtype == np.uint8
    assert np.bincount(dataset.labels[:60_000]).tolist() == [6_000] * 10
    assert np.bincount(dataset.labels[60_000:]).tolist() == [1_000] * 10


def test_it_says_what_it_is(title_and_dataset):
    title, dataset = title_and_dataset
    assert dataset.provenance.is_standin
    assert dataset.provenance.caption == f"drawn stand-in, not {title}"
    assert dataset.provenance.source == "drawn by chance, since of the test"


def test_no_image_stands_twice_and_none_is_empty(title_and_dataset):
    _, dataset = title_and_dataset
    for label in range(10):
        images = dataset.images[dataset.labels == label].reshape(7_000, -1)
        assert len(np.unique(images, axis=0)) == 7_000
    assert dataset.images.reshape(70_000, -1).max(axis=1).min() > 80
