import numpy as np

from assignment.data.dataset import CLASS_COUNT, DIGITS, GARMENTS, TROUSER, scale_pixels


def test_both_data_sets_have_ten_classes():
    assert CLASS_COUNT == 10 == len(GARMENTS) == len(DIGITS)


def test_class_1_is_the_trousers():
    assert TROUSER == 1 and GARMENTS[TROUSER] == "Trouser"


def test_pixels_are_scaled_to_the_range_of_tanh():
    scaled = scale_pixels(np.array([0, 255], np.uint8))
    assert scaled.dtype == np.float32 and scaled.tolist() == [-1, 1]
