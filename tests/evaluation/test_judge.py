import inspect
from hashlib import sha256

import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import CLASS_COUNT, scale_pixels
from assignment.data.digits import draw_digits
from assignment.evaluation.judge import (
    BATCH_SIZE,
    CODE_VERSION,
    EPOCHS,
    PEAK_LEARNING_RATE,
    Judge,
    Reading,
    build_classifier,
    train_classifier,
)

IMAGES_PER_CLASS = 60
TRAINING_PARTS = range(10, 13)  # 1,800 digits, which make 15 batches
TRAINING_EPOCHS = 5  # with 1,800 digits, enough to recognize more than nine digits of ten


def make_digits(*parts):
    images = np.concatenate([draw_digits(label, IMAGES_PER_CLASS, part) for part in parts for label in range(10)])
    labels = np.tile(np.repeat(np.arange(10), IMAGES_PER_CLASS), len(parts))
    return scale_pixels(images[..., np.newaxis]), labels


@pytest.fixture(scope="module")
def trained():
    """A judge of the stand-in's digits, and the progress that its training reported."""
    progress = []
    classifier = train_classifier(*make_digits(*TRAINING_PARTS), epochs=TRAINING_EPOCHS, on_progress=progress.append)
    return Judge(classifier), progress


def test_classifier_has_128_features_and_10_classes():
    classifier = build_classifier(0)
    assert classifier.get_layer("features").output.shape == (None, 128)
    assert classifier.outputs[0].shape == (None, 10)


def test_training_learns_and_reports_its_progress(trained):
    judge, progress = trained
    assert judge.accuracy(*make_digits(1)) > 0.9
    assert len(progress) == 5 * 15 and progress[0] == pytest.approx(1 / 75) and progress[-1] == 1
    assert progress == sorted(progress)


def test_reading_has_features_classes_and_confidence(trained):
    images, labels = make_digits(2)
    reading = trained[0].read(images)
    assert reading.features.shape == (600, 128) and reading.classes.shape == reading.confidence.shape == (600,)
    assert reading.confidence.min() >= 0.1 and reading.confidence.max() <= 1
    right = reading.classes == labels
    assert right.mean() > 0.9 and reading.confidence[right].mean() > reading.confidence[~right].mean()


def test_selecting_images_from_a_reading():
    reading = Reading(np.arange(6).reshape(3, 2), np.array([7, 8, 9]), np.array([0.5, 0.6, 0.7]))
    selected = reading.select(np.array([2, 0]))
    assert selected.features.tolist() == [[4, 5], [0, 1]] and selected.classes.tolist() == [9, 7]
    assert selected.confidence.tolist() == [0.7, 0.5]


def test_fingerprint_depends_on_the_weights():
    first, same, other = (Judge(build_classifier(seed)).fingerprint() for seed in (0, 0, 1))
    assert first == same != other and len(first) == 12


def test_code_version_changes_with_the_network_and_its_training():
    """Judges are stored by CODE_VERSION. If this test fails, raise it, unless the judges stay the same bit for bit.

    Then update the hash.
    """
    code = [inspect.getsource(build_classifier), inspect.getsource(train_classifier)]
    code += [EPOCHS, BATCH_SIZE, PEAK_LEARNING_RATE, CLASS_COUNT]
    assert (CODE_VERSION, sha256(repr(code).encode()).hexdigest()[:12]) == (2, "d82c30b428cf")


@pytest.mark.real_data
def test_a_few_thousand_real_digits_suffice_for_a_good_judge(real_images_folder):
    dataset = sources.load(sources.MNIST, "real", real_images_folder)
    images = scale_pixels(dataset.images[..., np.newaxis])
    judge = Judge(train_classifier(images[:6_000], dataset.labels[:6_000], epochs=2))
    assert judge.accuracy(images[60_000:62_000], dataset.labels[60_000:62_000]) > 0.93
