import numpy as np
import pytest

from assignment.evaluation.judge import IMAGES_PER_BATCH, Judge, Reading, build_classifier


@pytest.fixture(scope="module")
def judge():
    return Judge(build_classifier(0))


def make_images(count):
    return np.random.default_rng(0).uniform(-1, 1, (count, 28, 28, 1)).astype(np.float32)


def test_classifier_has_128_features_10_classes_and_at_most_500_000_weights():
    classifier = build_classifier(0)
    assert classifier.get_layer("features").output.shape == (None, 128)
    assert classifier.outputs[0].shape == (None, 10)
    assert classifier.count_params() <= 500_000


def test_reading_has_features_classes_and_confidence(judge):
    images = make_images(20)
    reading = judge.read(images)
    probabilities = judge.classifier(images, training=False)
    assert reading.features.shape == (20, 128) and reading.features.dtype == np.float32
    np.testing.assert_array_equal(reading.classes, np.argmax(probabilities, axis=1))
    np.testing.assert_allclose(reading.confidence, np.max(probabilities, axis=1), atol=1e-6)


def test_more_images_than_a_batch_are_read_in_their_order(judge):
    images = make_images(IMAGES_PER_BATCH + 7)
    last = judge.read(images[-7:])
    reading = judge.read(images)
    assert len(reading.classes) == len(images)
    np.testing.assert_allclose(reading.features[-7:], last.features, atol=1e-5)


def test_accuracy_is_the_share_of_labels_that_are_recognized(judge):
    images = make_images(4)
    classes = judge.read(images).classes
    assert judge.accuracy(images, classes) == 1
    assert judge.accuracy(images, classes + np.array([0, 0, 0, 1])) == 0.75


def test_selecting_images_from_a_reading():
    reading = Reading(np.arange(6).reshape(3, 2), np.array([7, 8, 9]), np.array([0.5, 0.6, 0.7]))
    selected = reading.select(np.array([2, 0]))
    assert selected.features.tolist() == [[4, 5], [0, 1]] and selected.classes.tolist() == [9, 7]
    assert selected.confidence.tolist() == [0.7, 0.5]


def test_fingerprint_depends_on_the_weights():
    first, same, other = (Judge(build_classifier(seed)).fingerprint() for seed in (0, 0, 1))
    assert first == same != other and len(first) == 12
