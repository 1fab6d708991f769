import numpy as np
import pytest

from assignment.evaluation.variety import distance_within, real_distance


def test_the_distance_is_within_each_kind():
    images = np.zeros((4, 28, 28, 1))
    images[1, 0, 0] = 3  # the first kind's two images are 3 apart, the second's are the same
    images[2:, 5, 5] = 100
    assert distance_within(images, 2) == pytest.approx((3 + 0) / 2)


def test_real_images_are_compared_within_their_class():
    images = np.zeros((6, 28, 28))
    images[:, 0, 0] = [0, 100, 0, 102, 5, 104]
    labels = np.array([0, 1, 0, 1, 0, 1])
    assert real_distance(images, labels) == pytest.approx(((5 + 5 + 0) / 3 + (2 + 2 + 4) / 3) / 2)
    assert real_distance(images[[0, 4]]) == pytest.approx(5)
