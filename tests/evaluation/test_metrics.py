import numpy as np
import pytest

from assignment.evaluation.metrics import (
    agreement,
    class_shares,
    copies,
    covered,
    diversity,
    frechet_distance,
    kernel_distance,
    mean_distance,
    nearest_distances,
    precision_and_recall,
)


@pytest.fixture
def normal():
    return np.random.default_rng(0).standard_normal((20_000, 4))


def test_the_same_set_has_distance_0(normal):
    assert frechet_distance(normal, normal) == pytest.approx(0, abs=1e-9)


def test_a_shift_is_its_square(normal):
    assert frechet_distance(normal, normal + [3, 0, 4, 0]) == pytest.approx(25)


def test_two_normal_distributions_by_their_formula():
    """N(0, diag a) and N(0, diag b) are the sum of (sqrt a - sqrt b) squared apart."""
    random = np.random.default_rng(1)
    real = random.standard_normal((200_000, 3)) * [1, 2, 3]
    fake = random.standard_normal((200_000, 3)) * [2, 2, 1]
    assert frechet_distance(real, fake) == pytest.approx(1 + 0 + 4, rel=0.02)


def test_correlated_features_by_the_formula():
    """The trace of the root of a product, where the two covariances do not commute."""
    random = np.random.default_rng(2)
    mix, other = np.array([[2.0, 0], [1, 1]]), np.array([[1.0, -0.5], [0, 1]])
    real, fake = random.standard_normal((300_000, 2)) @ mix, random.standard_normal((300_000, 2)) @ other
    a, b = mix.T @ mix, other.T @ other
    roots = np.sqrt(np.linalg.eigvals(a @ b).real).sum()
    assert frechet_distance(real, fake) == pytest.approx(np.trace(a) + np.trace(b) - 2 * roots, rel=0.02)


def test_one_feature_alone():
    values = np.random.default_rng(3).standard_normal((50_000, 1))
    assert frechet_distance(values, 3 * values + 1) == pytest.approx(4 + 1, rel=0.05)


def test_a_feature_that_never_varies_is_no_hindrance(normal):
    dead = np.hstack([normal, np.zeros((len(normal), 2))])
    assert frechet_distance(dead, dead + 1) == pytest.approx(6, abs=1e-6)


def test_precision_and_recall_of_the_same_set_are_1(normal):
    assert precision_and_recall(normal[:300], normal[:300]) == (1, 1)


def test_fakes_far_away_have_neither(normal):
    assert precision_and_recall(normal[:300], normal[:300] + 100) == (0, 0)


def test_fakes_of_one_mode_are_precise_and_recall_half():
    random = np.random.default_rng(4)
    left, right = random.normal(0, 1, (500, 2)), random.normal(100, 1, (500, 2))
    precision, recall = precision_and_recall(np.concatenate([left, right]), random.normal(0, 1, (1_000, 2)))
    assert precision > 0.95 and 0.4 < recall <= 0.5


def test_the_kth_neighbour_is_of_the_others():
    """On a line at 0, 1, 2, 10 the second neighbour of 0 is 2: a fake at -2 is among them and one at -2.1 is not."""
    real = np.array([[0.0], [1], [2], [10]])
    inside, outside = np.array([[-2.0], [-2], [-2]]), np.array([[-2.1], [-2.1], [-2.1]])
    assert precision_and_recall(real, inside, neighbours=2)[0] == 1
    assert precision_and_recall(real, outside, neighbours=2)[0] == 0


def test_many_points_are_taken_in_parts(monkeypatch, normal):
    whole = precision_and_recall(normal[:250], normal[250:500])
    monkeypatch.setattr("assignment.evaluation.metrics.AT_A_TIME", 60)
    assert precision_and_recall(normal[:250], normal[250:500]) == whole
    assert 0 < whole[0] < 1


def test_agreement_is_of_each_class():
    asked, recognised = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 0, 1, 1])
    np.testing.assert_array_equal(agreement(asked, recognised, 3), [1, 0.5, 0])
    assert np.isnan(agreement(asked, recognised, 4)[3])


def test_the_kernel_distance_by_hand():
    """One feature, k(x, y) = (xy + 1)³: k(0, 2) = 1, k(1, 3) = 64, and 1 + 64 + 1 + 1 over 4 between (0, 1), (0, 3)."""
    assert kernel_distance(np.array([[0.0], [2]]), np.array([[1.0], [3]])) == 1 + 64 - 2 * (1 + 1 + 27 + 343) / 4
    within, between = (1, 1), (1 + 1 + 1 + 64) / 4
    assert kernel_distance(np.array([[0.0], [1]]), np.array([[0.0], [3]])) == sum(within) - 2 * between


def test_the_kernel_distance_is_unbiased(normal):
    """Its mean over many small draws from one distribution is 0, where the Fréchet distance's is far above."""
    draws = normal.reshape(-1, 2, 20, 4)
    values = np.array([kernel_distance(*pair) for pair in draws])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(len(values))
    assert np.mean([frechet_distance(*pair) for pair in draws]) > 0.5
    assert kernel_distance(normal[:2_000], normal[2_000:4_000] + 1) > 1


def test_shares_and_classes_covered():
    shares = class_shares(np.array([1, 1, 1, 3]), [1, 2, 3])
    np.testing.assert_array_equal(shares, [0.75, 0, 0.25])
    assert covered(shares, np.array([0.1, 0.1, 0.8])) == 2
    assert covered(shares, np.array([0.1, 0.1, 2.6])) == 1  # under a tenth of its share


def test_the_mean_distance_is_of_pairs():
    assert mean_distance(np.array([[0.0], [3], [9]])) == pytest.approx((3 + 6 + 9) / 3)
    assert mean_distance(np.array([[5.0]])) == 0
    assert mean_distance(np.full((4, 2), 7.0)) == pytest.approx(0, abs=1e-5)


def test_diversity_is_within_a_class_and_beside_the_real():
    real, of = np.array([[0.0], [2], [100], [104]]), np.array([0, 0, 1, 1])
    assert diversity(real, of, real, of, [0, 1]) == pytest.approx(1)
    fake = np.array([[0.0], [1], [100], [100]])
    assert diversity(real, of, fake, of, [0, 1]) == pytest.approx((1 / 2 + 0) / 2)
    assert diversity(real, of, fake, np.zeros(4, int), [0, 1]) > 10  # a class that is missing counts 0
    assert diversity(real * 0, of, fake * 0, of, [0, 1]) == 1, "nothing varies where nothing should"


def test_the_nearest_image_and_how_far_it_is(monkeypatch):
    monkeypatch.setattr("assignment.evaluation.metrics.AT_A_TIME", 2)
    others = np.arange(50.0).reshape(25, 2) * 10
    images = others[[3, 24, 7]] + [[0, 0], [3, 3], [0, 2]]
    np.testing.assert_allclose(nearest_distances(images, others), [0, 3, np.sqrt(2)])
    second = nearest_distances(others, others, nth=2)
    np.testing.assert_allclose(second, np.full(25, 20.0), err_msg="the first is the image itself")


def test_a_copier_is_told_from_one_that_draws_afresh():
    random = np.random.default_rng(5)
    training, unseen, fresh = (random.uniform(-1, 1, (500, 10)) for _ in range(3))
    floor = nearest_distances(unseen, training)
    assert copies(nearest_distances(training[:200], training), floor) == 1
    assert copies(nearest_distances(fresh, training), floor) < 0.05


@pytest.mark.parametrize(("real", "fake"), [((5, 2), (5, 3)), ((5,), (5,)), ((1, 2), (5, 2))])
def test_what_cannot_be_compared_is_an_error(real, fake):
    for metric in (frechet_distance, kernel_distance, precision_and_recall, nearest_distances):
        with pytest.raises(ValueError):
            metric(np.zeros(real), np.zeros(fake))


def test_too_few_for_their_neighbours_are_an_error():
    with pytest.raises(ValueError, match="more than 3 images"):
        precision_and_recall(np.zeros((3, 2)), np.zeros((9, 2)))
