import io

import numpy as np
from PIL import Image

from assignment.figures.thumbnails import thumbnail, tiles


def test_images_are_side_by_side_with_a_gap():
    images = np.full((7, 28, 28, 1), -1.0)
    images[1], images[6] = 1.0, np.nan
    picture = np.asarray(Image.open(io.BytesIO(thumbnail(images))))
    assert picture.shape == (2 * 28 + 2, 6 * 28 + 5 * 2)
    assert (picture[:28, :28] == 0).all() and (picture[:28, 30:58] == 255).all()
    assert (picture[:28, 28:30] == 128).all() and (picture[30:, :28] == 128).all(), "gaps and NaN are gray"


def test_values_outside_the_range_are_clipped():
    picture = np.asarray(Image.open(io.BytesIO(thumbnail(np.array([[[[-9.0]]], [[[9.0]]]])))))
    assert (picture[0, 0], picture[0, 3]) == (0, 255)


def test_tiles_have_no_gaps():
    picture = np.asarray(Image.open(io.BytesIO(tiles(np.linspace(-1, 1, 4).reshape(4, 1, 1, 1), columns=2))))
    assert picture.tolist() == [[0, 85], [170, 255]]
