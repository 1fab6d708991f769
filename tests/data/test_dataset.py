import numpy as np

from assignment.data.dataset import CLASS_COUNT, DIGITS, GARMENTS, TROUSER, Provenance, scale_pixels


def test_both_data_sets_have_ten_classes():
    assert CLASS_COUNT == 10 == len(GARMENTS) == len(DIGITS)


def test_class_1_is_the_trousers():
    assert TROUSER == 1 and GARMENTS[TROUSER] == "Trouser"


def test_pixels_are_scaled_to_the_range_of_tanh():
    scaled = scale_pixels(np.array([0, 255], np.uint8))
    assert scaled.dtype == np.float32 and scaled.tolist() == [-1, 1]


def test_the_provenance_is_described_in_one_sentence():
    real = Provenance("folder data", "MNIST (LeCun)", "published MD5 of all four files", is_standin=False)
    assert real.description == "MNIST (LeCun), from folder data; checked: published MD5 of all four files"
    standin = Provenance("drawn at random, because I said so", "drawn stand-in, not MNIST", "nothing to check", True)
    assert standin.description == "The images are a drawn stand-in, not MNIST, drawn at random, because I said so"
