import numpy as np
import pytest

from assignment.data import standin
from assignment.data.dataset import GARMENTS, TROUSER


@pytest.fixture(scope="module")
def dataset():
    return standin.draw("of the test")


def test_shapes_types_and_counts_are_fashion_mnists(dataset):
    assert dataset.images.shape == (70_000, 28, 28) and dataset.images.dtype == np.uint8
    assert dataset.labels.shape == (70_000,) and dataset.labels.dtype == np.uint8
    assert np.bincount(dataset.labels[:60_000]).tolist() == [6_000] * 10
    assert np.bincount(dataset.labels[60_000:]).tolist() == [1_000] * 10


def test_it_says_what_it_is(dataset):
    assert dataset.provenance.is_standin
    assert dataset.provenance.caption == "drawn stand-in, not Fashion-MNIST"


def test_no_image_stands_twice_and_none_is_empty(dataset):
    trousers = dataset.images[dataset.labels == TROUSER]
    assert len(np.unique(trousers.reshape(len(trousers), -1), axis=0)) == 7_000
    assert dataset.images.reshape(70_000, -1).max(axis=1).min() > 80


@pytest.mark.parametrize("kind", range(len(GARMENTS)), ids=GARMENTS)
def test_the_same_garments_at_every_call(kind):
    np.testing.assert_array_equal(standin.draw_garments(kind, 5, part=3), standin.draw_garments(kind, 5, part=3))
    assert not np.array_equal(standin.draw_garments(kind, 5, part=3), standin.draw_garments(kind, 5, part=4))


def test_trousers_have_two_legs():
    shins = standin.draw_garments(TROUSER, 200)[:, 20] > 40  # (200, 28), the row where the shins are
    legs = (np.diff(shins.astype(int), axis=1) == 1).sum(axis=1)
    assert np.mean(legs >= 2) > 0.95  # in a dark stripe a leg may vanish or split


def test_trousers_vary_in_width_length_and_shade():
    images = standin.draw_garments(TROUSER, 500)
    seen = images > 40
    widths, lengths = seen.any(axis=1).sum(axis=1), seen.any(axis=2).sum(axis=1)
    shades = np.array([image[image > 40].mean() for image in images])
    assert widths.std() > 1 and lengths.std() > 1 and shades.std() > 20
