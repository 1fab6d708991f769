import numpy as np

from assignment.evaluation.comparison import Comparison
from assignment.evaluation.copying import measure_copying_floor
from assignment.evaluation.floor import images_md5, measure_floor
from assignment.evaluation.judge import Reading
from assignment.evaluation.scores import summarize


class MeanJudge:
    """Replaces a judge: the features are the means of an image's two halves."""

    def read(self, images):
        features = images.reshape(len(images), 2, -1).mean(axis=2)
        return Reading(features, np.zeros(len(images), int), np.ones(len(images)))


IMAGES = np.random.default_rng(0).uniform(-1, 1, (40, 28, 28, 1)).astype(np.float32)


def test_the_floor_has_the_scores_of_real_images_and_their_distance_to_the_training_images():
    comparison = Comparison(MeanJudge(), IMAGES, np.zeros(40, int))
    unseen = IMAGES[::-1] * 0.5
    floor = measure_floor(comparison, IMAGES, unseen)
    assert floor.scores == summarize(comparison.measure_real())
    assert floor.copying == measure_copying_floor(IMAGES, unseen)
    assert measure_floor(comparison, IMAGES, None).copying == measure_copying_floor(IMAGES, None)


def test_the_md5_of_images_depends_on_every_pixel_and_on_the_order():
    changed = IMAGES.copy()
    changed[39, 27, 27] += 1e-6
    assert len({images_md5(images) for images in (IMAGES, changed, IMAGES[::-1])}) == 3
    assert images_md5(IMAGES) == images_md5(IMAGES.astype(np.float64)), "the type does not matter"
