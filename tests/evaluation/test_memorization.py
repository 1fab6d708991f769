import numpy as np
import pytest

from assignment.evaluation.memorization import LARGEST_LOGIT, logits, memorization


def column(*values):
    return np.array(values, np.float32)[:, np.newaxis]


@pytest.mark.parametrize(
    ("unseen", "expected"), [(column(3, 1), 0.0), (column(0, -1), 1.25), (column(1, 1), 0.5), (column(4, 2), -0.5)]
)
def test_memorization_is_the_way_of_unseen_images_from_seen_to_generated_ones(unseen, expected):
    seen, generated = column(1, 3), column(-1, 1)
    assert memorization(seen, unseen, generated) == pytest.approx(expected)


@pytest.mark.parametrize("generated", [column(2, 2), column(5, 5)])
def test_a_discriminator_that_does_not_recognize_generated_images_memorizes_nothing(generated):
    assert memorization(column(2, 2), column(0, 0), generated) == 0


def test_chance_alone_is_rarely_taken_for_memorization():
    """The discriminator distinguishes little and memorizes nothing; as many images as are measured."""
    random, chances = np.random.default_rng(0), 2000
    found = [
        memorization(*(random.normal(mean, size=(count, 1)) for mean, count in ((0.3, 1000), (0.3, 700), (0, 250))))
        for _ in range(chances)
    ]
    assert sum(ratio > 0.5 for ratio in found) < 0.02 * chances


def test_probabilities_become_limited_logits():
    found = logits(column(0.5, 0.75, 0.0, 1.0), are_probabilities=True)
    assert found[:, 0].tolist() == pytest.approx([0, np.log(3), -LARGEST_LOGIT, LARGEST_LOGIT])
    np.testing.assert_array_equal(logits(column(-3, 0.5), are_probabilities=False), column(-3, 0.5))
