import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.evaluation import comparison as comparison_module
from assignment.evaluation.comparison import Comparison
from assignment.evaluation.judge import Reading
from assignment.evaluation.metrics import NotFinite
from assignment.evaluation.scores import summarize


class PixelJudge:
    """Replaces a judge: two pixels are the features; the sign of the first is the class, the second the confidence."""

    def read(self, images):
        features = images[:, 0, :2, 0]
        return Reading(features, (features[:, 0] > 0).astype(int), features[:, 1])


def make_images(count, seed, confidence=1.0):
    random = np.random.default_rng(seed)
    images = np.zeros((count, 28, 28, 1))
    images[:, 0, 0, 0] = np.resize([-5, 5], count) + random.standard_normal(count)
    images[:, 0, 1, 0] = confidence
    return images


@pytest.fixture
def comparison():
    return Comparison(PixelJudge(), make_images(400, 0), np.resize([0, 1], 400))


def test_images_from_the_real_distribution_score_like_the_floor(comparison):
    scores = comparison.measure(make_images(200, 1), np.resize([0, 1], 200))
    floor = summarize(comparison.measure_real())
    assert comparison.reference_size == 200 and comparison.draw_size == 200
    assert scores.judge_fid < 1 and scores.precision > 0.9 and scores.recall > 0.9
    assert scores.agreement == scores.confident == 1 and scores.classes == 2 and scores.smallest_share == 0.5
    assert scores.diversity == pytest.approx(1, abs=0.2)
    assert floor["judge_fid"].lowest > 1e-3 and floor["precision"].highest < 1, "must not draw from the reference"
    assert floor["judge_fid"].mean < 1 and floor["agreement"].mean == 1
    assert floor["diversity"].mean == pytest.approx(1, abs=0.2)


def test_collapsed_generator_has_low_recall_coverage_and_diversity(comparison):
    scores = comparison.measure(np.repeat(make_images(2, 1)[1:], 200, axis=0))
    assert scores.recall < 0.05 and scores.classes == 1 and scores.smallest_share == 0
    assert scores.diversity == pytest.approx(0, abs=1e-4) and np.isnan(scores.agreement)
    assert scores.judge_fid > 20 and scores.kernel_distance > 1


def test_images_with_low_confidence_are_not_confident(comparison):
    assert comparison.measure(make_images(200, 1, confidence=0.5)).confident == 0


def test_halves_share_no_image_and_are_shuffled(comparison):
    first, second = comparison._halves
    assert sorted([*first, *second]) == list(range(400)) and len(first) == 200 and first[0] != 0


def test_draw_size_is_limited(monkeypatch):
    monkeypatch.setattr(comparison_module, "IMAGES_PER_DRAW", 30)
    small = Comparison(PixelJudge(), make_images(100, 0), np.resize([0, 1], 100))
    assert small.draw_size == 30 and small.reference_size == 50
    draws = small.measure_real()
    assert len(draws) == 5 and len({draw.judge_fid for draw in draws}) == 5


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_generated_images_that_are_not_finite_are_an_error_even_where_the_judge_reads_finite_features(
    comparison, value
):
    images = make_images(200, 1)
    images[7, 20, 20, 0] = value  # not one of the pixels that this judge reads
    with pytest.raises(NotFinite):
        comparison.measure(images)


def test_features_and_confidences_that_are_not_finite_are_an_error(comparison, monkeypatch):
    for features, confidence in ((np.nan, 1.0), (1.0, np.nan)):
        reading = Reading(np.full((200, 2), features), np.zeros(200, int), np.full(200, confidence))
        monkeypatch.setattr(PixelJudge, "read", lambda judge, images, reading=reading: reading)
        with pytest.raises(NotFinite):
            comparison.measure(make_images(200, 1))


def test_a_judge_that_reads_nan_in_real_images_is_named():
    with pytest.raises(AssignmentError, match="judge.*its training diverged; delete"):
        Comparison(PixelJudge(), make_images(400, 0) * np.nan, np.resize([0, 1], 400))
