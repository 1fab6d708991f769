import numpy as np
import pytest

from assignment.evaluation import comparison
from assignment.evaluation.comparison import Comparison, find_copies
from assignment.evaluation.judge import Reading
from assignment.evaluation.scores import summarised


class Eye:
    """In place of a judge: two pixels are the features, the first's sign the class, the second how sure it is."""

    def read(self, images):
        features = images[:, 0, :2, 0]
        return Reading(features, (features[:, 0] > 0).astype(int), features[:, 1])


def images(count, seed, shift=0.0, sure=1.0):
    random = np.random.default_rng(seed)
    drawn = np.zeros((count, 28, 28, 1))
    drawn[:, 0, 0, 0] = np.resize([-5, 5], count) + random.standard_normal(count) + shift
    drawn[:, 0, 1, 0] = sure
    return drawn


@pytest.fixture
def compared():
    return Comparison(Eye(), images(400, 0), np.resize([0, 1], 400))


def test_images_as_the_real_ones_are_as_near_as_the_floor(compared):
    measures = compared.measure(images(200, 1), np.resize([0, 1], 200))
    floor = summarised(compared.floor())
    assert compared.reference == 200 and compared.draw == 200
    assert measures.judge_fid < 1 and measures.precision > 0.9 and measures.recall > 0.9
    assert measures.agreement == measures.certain == 1 and measures.classes == 2 and measures.smallest_share == 0.5
    assert measures.diversity == pytest.approx(1, abs=0.2)
    assert floor["judge_fid"].least > 1e-3 and floor["precision"].most < 1, "other images than the reference's"
    assert (
        floor["judge_fid"].mean < 1
        and floor["agreement"].mean == 1
        and floor["diversity"].mean == pytest.approx(1, abs=0.2)
    )


def test_a_collapsed_generator(compared):
    measures = compared.measure(np.repeat(images(2, 1)[1:], 200, axis=0))
    assert measures.recall < 0.05 and measures.classes == 1 and measures.smallest_share == 0
    assert measures.diversity == pytest.approx(0, abs=1e-4) and np.isnan(measures.agreement)
    assert measures.judge_fid > 20 and measures.kernel_distance > 1


def test_doubtful_images(compared):
    assert compared.measure(images(200, 1, sure=0.5)).certain == 0


def test_the_halves_share_no_image(compared):
    one, other = compared._halves
    assert sorted([*one, *other]) == list(range(400)) and len(one) == 200 and one[0] != 0


def test_draws_are_no_larger_than_what_there_is(monkeypatch):
    monkeypatch.setattr(comparison, "DRAW", 30)
    small = Comparison(Eye(), images(100, 0), np.resize([0, 1], 100))
    assert small.draw == 30 and small.reference == 50
    draws = small.floor()
    assert len(draws) == 5 and len({draw.judge_fid for draw in draws}) == 5


def test_a_generator_that_copies_the_training_images_is_called_a_copier():
    random = np.random.default_rng(0)
    training, unseen, fresh = (random.uniform(-1, 1, (count, 28, 28, 1)) for count in (300, 100, 100))
    copier = find_copies(training[100:200], training, unseen)
    assert copier.copies == 1 and copier.nearest == pytest.approx(0, abs=1e-6) and copier.floor > 0.7
    assert find_copies(fresh, training, unseen).copies < 0.05
    own = find_copies(training[100:200], training, None)
    assert own.copies == 1 and own.floor > 0.7, "nothing unseen: each training image from the other ones"
    assert find_copies(fresh, training, None).copies < 0.05
