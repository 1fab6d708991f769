import numpy as np
import pytest

from assignment.data import standin
from assignment.data.digits import draw_digits
from assignment.data.garments import draw_garments

STANDINS = [(draw_garments, "Fashion-MNIST"), (draw_digits, "MNIST")]


@pytest.fixture(scope="module", params=STANDINS, ids=[title for _, title in STANDINS])
def title_and_dataset(request):
    draw_images, title = request.param
    return title, standin.draw(draw_images, title, "this is a test")


def test_shapes_types_and_counts_are_those_of_the_real_sets(title_and_dataset):
    _, dataset = title_and_dataset
    assert dataset.images.shape == (70_000, 28, 28) and dataset.images.dtype == np.uint8
    assert dataset.labels.shape == (70_000,) and dataset.labels.dtype == np.uint8
    assert np.bincount(dataset.labels[:60_000]).tolist() == [6_000] * 10
    assert np.bincount(dataset.labels[60_000:]).tolist() == [1_000] * 10


def test_the_provenance_says_that_the_images_are_drawn_and_why(title_and_dataset):
    title, dataset = title_and_dataset
    assert dataset.provenance.is_standin
    assert dataset.provenance.caption == f"drawn stand-in, not {title}"
    assert dataset.provenance.source == "drawn at random, because this is a test"


def test_all_images_differ_and_none_is_empty(title_and_dataset):
    _, dataset = title_and_dataset
    for label in range(10):
        assert len({image.tobytes() for image in dataset.images[dataset.labels == label]}) == 7_000
    assert dataset.images.reshape(70_000, -1).max(axis=1).min() > 80
