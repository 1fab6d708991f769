import matplotlib
import numpy as np
import pytest

from assignment.data import digits
from assignment.data.digits import draw_digits
from assignment.errors import AssignmentError


@pytest.mark.parametrize("label", range(10))
def test_digits_are_the_same_at_every_call_and_differ_between_parts(label):
    np.testing.assert_array_equal(draw_digits(label, 5, part=3), draw_digits(label, 5, part=3))
    assert not np.array_equal(draw_digits(label, 5, part=3), draw_digits(label, 5, part=4))


@pytest.mark.parametrize("label", range(10))
def test_a_digit_is_light_on_black_and_inside_the_image(label):
    images = draw_digits(label, 300)
    assert images.shape == (300, 28, 28) and images.dtype == np.uint8
    assert (images.max(axis=(1, 2)) > 150).all()
    assert (np.median(images, axis=(1, 2)) == 0).all()
    edges = np.concatenate([images[:, [0, -1]].reshape(300, -1), images[:, :, [0, -1]].reshape(300, -1)], axis=1)
    assert (edges.max(axis=1) > 100).mean() < 0.02  # few touch the edge


def test_digits_vary_in_stroke_height_slant_and_position():
    images = draw_digits(1, 500) > 60
    positions = np.arange(28)
    counts = images.sum(axis=(1, 2))
    columns = (images * positions).sum(axis=(1, 2)) / counts
    upper, lower = (
        (half * positions).sum(axis=(1, 2)) / half.sum(axis=(1, 2)) for half in (images[:, 5:14], images[:, 14:23])
    )
    heights = images.any(axis=2).sum(axis=1)
    assert counts.std() > 12 and columns.std() > 0.7 and heights.std() > 1.2 and (upper - lower).std() > 0.7


def test_every_font_is_used_and_the_glyphs_differ():
    glyphs = digits._glyph_distances(7)
    assert glyphs.shape == (len(digits.FONTS), 64, 64)
    assert len(np.unique(glyphs.reshape(len(glyphs), -1), axis=0)) == len(glyphs)


def test_distances_are_measured_from_the_outline_up_to_the_maximum():
    square = np.zeros((64, 64), bool)
    square[20:40, 20:40] = True
    distances = digits._distances(square)
    assert distances[30, 20] == 0.5 and distances[30, 19] == -0.5 and distances[30, 22] == 2.5
    assert distances[0, 0] == -7.5 and distances[30, 30] == 7.5  # the maximum of 8, less half a pixel


def test_the_classes_are_recognized_by_their_mean_images():
    means = np.stack([draw_digits(label, 400).mean(axis=0) for label in range(10)]).reshape(10, -1)
    hits = []
    for label in range(10):
        images = draw_digits(label, 100, part=1).reshape(100, -1)
        similarity = (images - images.mean(axis=1, keepdims=True)) @ (means - means.mean(axis=1, keepdims=True)).T
        hits.append((np.argmax(similarity / np.linalg.norm(means, axis=1), axis=1) == label).mean())
    assert np.mean(hits) > 0.6


def test_missing_fonts_are_reported_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(matplotlib, "get_data_path", lambda: str(tmp_path))
    digits._glyph_distances.cache_clear()
    with pytest.raises(AssignmentError, match="matplotlib has no fonts here"):
        draw_digits(3, 1)
    digits._glyph_distances.cache_clear()
