import numpy as np
import pytest

from assignment.evaluation.metrics import (
    Features,
    NotFinite,
    agreement,
    class_distances,
    class_shares,
    copy_distance,
    copy_share,
    count_covered_classes,
    distance_within_classes,
    diversity,
    frechet_distance,
    kernel_distance,
    mean_distance,
    nearest_distances,
    precision_and_recall,
    real_distance,
)


@pytest.fixture
def normal():
    return np.random.default_rng(0).standard_normal((20_000, 4))


def test_frechet_distance_of_equal_sets_is_0(normal):
    assert frechet_distance(normal, normal) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_of_a_shift_is_its_square(normal):
    assert frechet_distance(normal, normal + [3, 0, 4, 0]) == pytest.approx(25)


def test_frechet_distance_of_normal_distributions_follows_the_formula():
    """The distance of N(0, diag a) and N(0, diag b) is the sum of (sqrt a - sqrt b) squared."""
    random = np.random.default_rng(1)
    real = random.standard_normal((200_000, 3)) * [1, 2, 3]
    fake = random.standard_normal((200_000, 3)) * [2, 2, 1]
    assert frechet_distance(real, fake) == pytest.approx(1 + 0 + 4, rel=0.02)


def test_frechet_distance_of_correlated_features_follows_the_formula():
    """The trace of the root of a product, for two covariances that do not commute."""
    random = np.random.default_rng(2)
    real_factor, fake_factor = np.array([[2.0, 0], [1, 1]]), np.array([[1.0, -0.5], [0, 1]])
    real = random.standard_normal((300_000, 2)) @ real_factor
    fake = random.standard_normal((300_000, 2)) @ fake_factor
    a, b = real_factor.T @ real_factor, fake_factor.T @ fake_factor
    roots = np.sqrt(np.linalg.eigvals(a @ b).real).sum()
    assert frechet_distance(real, fake) == pytest.approx(np.trace(a) + np.trace(b) - 2 * roots, rel=0.02)


def test_frechet_distance_of_a_single_feature():
    values = np.random.default_rng(3).standard_normal((50_000, 1))
    assert frechet_distance(values, 3 * values + 1) == pytest.approx(4 + 1, rel=0.05)


def test_frechet_distance_accepts_constant_features(normal):
    constant = np.hstack([normal, np.zeros((len(normal), 2))])
    assert frechet_distance(constant, constant + 1) == pytest.approx(6, abs=1e-6)


def test_precision_and_recall_of_equal_sets_are_1(normal):
    few = normal[:90]  # under a hundred, none counts as an outlier
    assert precision_and_recall(few, few) == (1, 1)
    many = precision_and_recall(normal[:300], normal[:300])
    assert many == (many[0], many[0]) and 0.99 <= many[0] <= 1, "at most the three outliers"


def test_precision_and_recall_of_distant_sets_are_0(normal):
    assert precision_and_recall(normal[:300], normal[:300] + 100) == (0, 0)


def test_fakes_of_one_of_two_modes_have_full_precision_and_half_recall():
    random = np.random.default_rng(4)
    left, right = random.normal(0, 1, (500, 2)), random.normal(100, 1, (500, 2))
    precision, recall = precision_and_recall(np.concatenate([left, right]), random.normal(0, 1, (1_000, 2)))
    assert precision > 0.95 and 0.4 < recall <= 0.5


def test_outliers_have_no_neighborhood():
    """Without this rule, everything between the outlier and the other real features would lie among them."""
    random = np.random.default_rng(4)
    real = np.concatenate([random.normal(0, 1, (100, 2)), [[100.0, 0.0]]])
    fake = random.normal(50, 1, (200, 2)) * [1, 0]
    assert precision_and_recall(real, fake)[0] == 0
    assert precision_and_recall(real[2:], fake)[0] == 1, "of 99 features, none counts as an outlier"


def test_a_point_is_not_its_own_neighbor():
    """At 0, 1, 2, 10 on a line, the second neighbor of 0 is 2: a fake at -2 lies among them, one at -2.1 does not."""
    real = np.array([[0.0], [1], [2], [10]])
    inside, outside = np.array([[-2.0], [-2], [-2]]), np.array([[-2.1], [-2.1], [-2.1]])
    assert precision_and_recall(real, inside, neighbors=2)[0] == 1
    assert precision_and_recall(real, outside, neighbors=2)[0] == 0


def test_precision_and_recall_do_not_depend_on_the_block_size(monkeypatch, normal):
    in_one_block = precision_and_recall(normal[:250], normal[250:500])
    monkeypatch.setattr("assignment.evaluation.metrics.ROWS_PER_BLOCK", 60)
    assert precision_and_recall(normal[:250], normal[250:500]) == in_one_block
    assert 0 < in_one_block[0] < 1


def test_agreement_is_counted_by_class():
    requested, recognized = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 0, 1, 1])
    np.testing.assert_array_equal(agreement(requested, recognized, 3), [1, 0.5, 0])
    assert np.isnan(agreement(requested, recognized, 4)[3])


def test_kernel_distance_equals_a_calculation_by_hand():
    """One feature, k(x, y) = (xy + 1)³: k(0, 2) = 1, k(1, 3) = 64, and 1 + 64 + 1 + 1 over 4 between (0, 1), (0, 3)."""
    assert kernel_distance(np.array([[0.0], [2]]), np.array([[1.0], [3]])) == 1 + 64 - 2 * (1 + 1 + 27 + 343) / 4
    within, between = (1, 1), (1 + 1 + 1 + 64) / 4
    assert kernel_distance(np.array([[0.0], [1]]), np.array([[0.0], [3]])) == sum(within) - 2 * between


def test_kernel_distance_is_unbiased(normal):
    """Its mean over many small draws from one distribution is 0; the mean of the Fréchet distance is far above."""
    draws = normal.reshape(-1, 2, 20, 4)
    values = np.array([kernel_distance(*pair) for pair in draws])
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(len(values))
    assert np.mean([frechet_distance(*pair) for pair in draws]) > 0.5
    assert kernel_distance(normal[:2_000], normal[2_000:4_000] + 1) > 1


def test_class_is_covered_from_a_tenth_of_its_real_share():
    shares = class_shares(np.array([1, 1, 1, 3]), [1, 2, 3])
    np.testing.assert_array_equal(shares, [0.75, 0, 0.25])
    assert count_covered_classes(shares, np.array([0.1, 0.1, 0.8])) == 2
    assert count_covered_classes(shares, np.array([0.1, 0.1, 2.6])) == 1


def test_mean_distance_is_over_pairs():
    assert mean_distance(np.array([[0.0], [3], [9]])) == pytest.approx((3 + 6 + 9) / 3)
    assert mean_distance(np.array([[5.0]])) == 0
    assert mean_distance(np.full((4, 2), 7.0)) == pytest.approx(0, abs=1e-5)


def test_distance_is_measured_within_each_class():
    images = np.zeros((4, 28, 28, 1))
    images[1, 0, 0] = 3  # the distance within the first class is 3, within the second 0
    images[2:, 5, 5] = 100
    assert distance_within_classes(images, 2) == pytest.approx((3 + 0) / 2)


def test_real_images_are_compared_within_their_class_if_they_have_labels():
    images = np.zeros((6, 28, 28))
    images[:, 0, 0] = [0, 100, 0, 102, 5, 104]
    labels = np.array([0, 1, 0, 1, 0, 1])
    assert real_distance(images, labels) == pytest.approx(((5 + 5 + 0) / 3 + (2 + 2 + 4) / 3) / 2)
    assert real_distance(images[[0, 4]]) == pytest.approx(5)


def test_diversity_is_measured_within_a_class_and_divided_by_that_of_real_images():
    classes = np.array([0, 0, 1, 1])
    real = class_distances(np.array([[0.0], [2], [100], [104]]), classes, [0, 1])
    assert real.tolist() == [2, 4] and diversity(real, real) == pytest.approx(1)
    images = np.array([[0.0], [1], [100], [100]])
    assert diversity(real, class_distances(images, classes, [0, 1])) == pytest.approx((1 / 2 + 0) / 2)
    in_one_class = class_distances(images, np.zeros(4, int), [0, 1])
    assert in_one_class[1] == 0 and diversity(real, in_one_class) > 10
    assert diversity(real * 0, real) == 1, "real images may be identical"


def test_what_depends_on_one_set_is_computed_once(monkeypatch):
    real, fake = (Features(np.random.default_rng(seed).standard_normal((9, 2))) for seed in (0, 1))
    functions = (frechet_distance, precision_and_recall, kernel_distance)
    first = [function(real, fake) for function in functions]
    assert first == [function(real.values, fake.values) for function in functions]
    for module, name in ((np.linalg, "eigh"), (np, "cov"), (np, "partition")):
        monkeypatch.setattr(module, name, None)
    assert [function(real, fake) for function in functions] == first


def test_nearest_distance_is_that_of_the_nth_nearest_image(monkeypatch):
    monkeypatch.setattr("assignment.evaluation.metrics.ROWS_PER_BLOCK", 2)
    others = np.arange(50.0).reshape(25, 2) * 10
    images = others[[3, 24, 7]] + [[0, 0], [3, 3], [0, 2]]
    np.testing.assert_allclose(nearest_distances(images, others), [0, 3, np.sqrt(2)])
    second = nearest_distances(others, others, nth=2)
    np.testing.assert_allclose(second, np.full(25, 20.0), err_msg="the nearest is the image itself")


def test_copy_share_distinguishes_copies_from_new_images():
    random = np.random.default_rng(5)
    training, unseen, new = (random.uniform(-1, 1, (500, 10)) for _ in range(3))
    limit = copy_distance(nearest_distances(unseen, training))
    assert copy_share(nearest_distances(training[:200], training), limit) == 1
    assert copy_share(nearest_distances(new, training), limit) < 0.05


def test_one_unseen_image_of_a_hundred_is_nearer_than_the_distance_of_a_copy():
    assert copy_distance(np.arange(101.0)) == 1
    assert copy_share(np.array([0.5, 1.0, 2.0, 3.0]), 1.0) == 0.25


@pytest.mark.parametrize(("real", "fake"), [((5, 2), (5, 3)), ((5,), (5,)), ((1, 2), (5, 2))])
def test_sets_that_cannot_be_compared_are_an_error(real, fake):
    for metric in (frechet_distance, kernel_distance, precision_and_recall, nearest_distances):
        with pytest.raises(ValueError):
            metric(np.zeros(real), np.zeros(fake))


def test_too_few_images_for_their_neighbors_are_an_error():
    with pytest.raises(ValueError, match="more than 3 images"):
        precision_and_recall(np.zeros((3, 2)), np.zeros((9, 2)))


CLASSES = np.resize([0, 1], 8)
# Every metric as a function of two sets (8, 784), of which one has a value that is not finite.
METRICS = {
    "frechet_distance": frechet_distance,
    "precision_and_recall": precision_and_recall,
    "kernel_distance": kernel_distance,
    "nearest_distances": nearest_distances,
    "class_distances": lambda real, fake: [class_distances(features, CLASSES, [0]) for features in (real, fake)],
    "mean_distance": lambda real, fake: mean_distance(real) + mean_distance(fake),
    "mean_distance of one point": lambda real, fake: mean_distance(real[-1:]) + mean_distance(fake[-1:]),
    "distance_within_classes": lambda real, fake: [distance_within_classes(images, 4) for images in (real, fake)],
    "real_distance": lambda real, fake: [real_distance(images.reshape(8, 28, 28)) for images in (real, fake)],
    "real_distance with labels": lambda real, fake: [
        real_distance(images.reshape(8, 28, 28), CLASSES) for images in (real, fake)
    ],
    "copy_distance and copy_share": lambda real, fake: copy_share(fake[:, 0], copy_distance(real[:, 0])),
    "count_covered_classes": lambda real, fake: count_covered_classes(fake[:, 0], real[:, 0]),
}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("is_real", [True, False])
@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_every_metric_refuses_values_that_are_not_finite(metric, is_real, value):
    finite = np.random.default_rng(0).standard_normal((8, 784))
    broken = finite.copy()
    broken[-1, 0] = value  # of the last image, whose class 1 `class_distances` does not measure
    with pytest.raises(NotFinite, match="NaN or infinite"):
        metric(*((broken, finite) if is_real else (finite, broken)))
