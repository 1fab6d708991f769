import numpy as np
import pytest

from assignment.data.dataset import GARMENTS, TROUSER
from assignment.data.garments import draw_garments


@pytest.mark.parametrize("label", range(len(GARMENTS)), ids=GARMENTS)
def test_garments_are_the_same_at_every_call_and_differ_between_parts(label):
    np.testing.assert_array_equal(draw_garments(label, 5, part=3), draw_garments(label, 5, part=3))
    assert not np.array_equal(draw_garments(label, 5, part=3), draw_garments(label, 5, part=4))


def test_trousers_have_two_legs():
    shins = draw_garments(TROUSER, 200)[:, 20] > 40  # row 20 crosses the shins, (200, 28)
    legs = (np.diff(shins.astype(int), axis=1) == 1).sum(axis=1)
    assert np.mean(legs >= 2) > 0.95  # a dark stripe can hide or split a leg


def test_trousers_vary_in_width_length_and_shade():
    images = draw_garments(TROUSER, 500)
    visible = images > 40
    widths, lengths = visible.any(axis=1).sum(axis=1), visible.any(axis=2).sum(axis=1)
    shades = np.array([image[image > 40].mean() for image in images])
    assert widths.std() > 1 and lengths.std() > 1 and shades.std() > 20
