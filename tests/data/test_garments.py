import numpy as np
import pytest

from assignment.data import garments
from assignment.data.dataset import GARMENTS, TROUSER


@pytest.mark.parametrize("kind", range(len(GARMENTS)), ids=GARMENTS)
def test_the_same_garments_at_every_call(kind):
    np.testing.assert_array_equal(garments.draw_garments(kind, 5, part=3), garments.draw_garments(kind, 5, part=3))
    assert not np.array_equal(garments.draw_garments(kind, 5, part=3), garments.draw_garments(kind, 5, part=4))


def test_trousers_have_two_legs():
    shins = garments.draw_garments(TROUSER, 200)[:, 20] > 40  # (200, 28), the row where the shins are
    legs = (np.diff(shins.astype(int), axis=1) == 1).sum(axis=1)
    assert np.mean(legs >= 2) > 0.95  # in a dark stripe a leg may vanish or split


def test_trousers_vary_in_width_length_and_shade():
    images = garments.draw_garments(TROUSER, 500)
    seen = images > 40
    widths, lengths = seen.any(axis=1).sum(axis=1), seen.any(axis=2).sum(axis=1)
    shades = np.array([image[image > 40].mean() for image in images])
    assert widths.std() > 1 and lengths.std() > 1 and shades.std() > 20
