import matplotlib
import numpy as np
import pytest

from assignment.data import digits
from assignment.data.digits import draw_digits
from assignment.errors import AssignmentError


@pytest.mark.parametrize("label", range(10))
def test_the_same_digits_at_every_call(label):
    np.testing.assert_array_equal(draw_digits(label, 5, part=3), draw_digits(label, 5, part=3))
    assert not np.array_equal(draw_digits(label, 5, part=3), draw_digits(label, 5, part=4))


@pytest.mark.parametrize("label", range(10))
def test_a_digit_is_light_on_black_and_whole(label):
    images = draw_digits(label, 300)
    assert images.shape == (300, 28, 28) and images.dtype == np.uint8
    assert (images.max(axis=(1, 2)) > 150).all()
    assert (np.median(images, axis=(1, 2)) == 0).all()
    edges = np.concatenate([images[:, [0, -1]].reshape(300, -1), images[:, :, [0, -1]].reshape(300, -1)], axis=1)
    assert (edges.max(axis=1) > 100).mean() < 0.02  # all but a few stand whole inside


def test_they_vary_in_stroke_height_slant_and_place():
    images = draw_digits(1, 500) > 60
    places = np.arange(28)
    counts = images.sum(axis=(1, 2))
    columns = (images * places).sum(axis=(1, 2)) / counts
    upper, lower = (
        (half * places).sum(axis=(1, 2)) / half.sum(axis=(1, 2)) for half in (images[:, 5:14], images[:, 14:23])
    )
    heights = images.any(axis=2).sum(axis=1)
    assert counts.std() > 12 and columns.std() > 0.7 and heights.std() > 1.2 and (upper - lower).std() > 0.7


def test_every_face_is_used_and_they_differ():
    glyphs = digits._glyphs(7)
    assert glyphs.shape == (len(digits.FACES), 64, 64)
    assert len(np.unique(glyphs.reshape(len(glyphs), -1), axis=0)) == len(glyphs)


def test_distances_are_from_the_outline():
    square = np.zeros((64, 64), bool)
    square[20:40, 20:40] = True
    distances = digits._distances(square)
    assert distances[30, 20] == 0.5 and distances[30, 19] == -0.5 and distances[30, 22] == 2.5
    assert distances[0, 0] == -7.5 and distances[30, 30] == 7.5  # beyond what is of use


def test_the_classes_can_be_told_apart_by_their_mean_images():
    means = np.stack([draw_digits(label, 400).mean(axis=0) for label in range(10)]).reshape(10, -1)
    hits = []
    for label in range(10):
        fresh = draw_digits(label, 100, part=1).reshape(100, -1)
        similar = (fresh - fresh.mean(axis=1, keepdims=True)) @ (means - means.mean(axis=1, keepdims=True)).T
        hits.append((np.argmax(similar / np.linalg.norm(means, axis=1), axis=1) == label).mean())
    assert np.mean(hits) > 0.6


def test_without_fonts_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(matplotlib, "get_data_path", lambda: str(tmp_path))
    digits._glyphs.cache_clear()
    with pytest.raises(AssignmentError, match="matplotlib has none of its fonts here"):
        draw_digits(3, 1)
    digits._glyphs.cache_clear()
