import numpy as np
import pytest

from assignment.evaluation.copying import CopyingFloor, find_copies, measure_copying_floor
from assignment.evaluation.metrics import NotFinite


def make_images(count, seed):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 28, 28, 1))


def test_copies_of_training_images_are_found():
    training, unseen, new = (make_images(count, seed) for seed, count in enumerate((300, 100, 100)))
    floor = measure_copying_floor(training, unseen)
    copied = find_copies(training[100:200], training, floor)
    assert copied.copies == 1 and copied.nearest == pytest.approx(0, abs=1e-6)
    assert copied.floor == floor.nearest > floor.copy_distance > 0.7
    assert find_copies(new, training, floor).copies < 0.05


def test_without_unseen_images_the_floor_compares_training_images_with_each_other():
    training, new = make_images(300, 0), make_images(100, 1)
    floor = measure_copying_floor(training, None)
    assert floor.copy_distance > 0.7, "an image must not count as its own nearest neighbor"
    assert find_copies(training[100:200], training, floor).copies == 1
    assert find_copies(new, training, floor).copies < 0.05


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_generated_images_that_are_not_finite_are_an_error(value):
    images = make_images(20, 0)
    images[7, 20, 20, 0] = value
    with pytest.raises(NotFinite):
        find_copies(images, make_images(50, 1), CopyingFloor(1.0, 1.0))
