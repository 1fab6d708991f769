import inspect
from hashlib import sha256

import numpy as np
import pytest

from assignment.data import sources
from assignment.data.digits import draw_digits
from assignment.evaluation import judge as module
from assignment.evaluation.judge import CODE_VERSION, EPOCHS, Judge, Reading, build_classifier, train_classifier

IN_A_CLASS = 60
TRAINING_PARTS = range(10, 15)  # 3,000 digits


def digits(*parts):
    images = np.concatenate([draw_digits(label, IN_A_CLASS, part) for part in parts for label in range(10)])
    labels = np.tile(np.repeat(np.arange(10), IN_A_CLASS), len(parts))
    return images[..., np.newaxis].astype(np.float32) / 127.5 - 1, labels


@pytest.fixture(scope="module")
def trained():
    """A judge of the stand-in's digits, and the shares that its training told."""
    shares = []
    return Judge(train_classifier(*digits(*TRAINING_PARTS), epochs=8, trained=shares.append)), shares


def test_the_layers():
    classifier = build_classifier(0)
    assert classifier.get_layer("features").output.shape == (None, 128)
    assert classifier.outputs[0].shape == (None, 10)


def test_it_learns_and_tells_how_far_it_is(trained):
    judge, shares = trained
    assert judge.accuracy(*digits(1)) > 0.9
    assert len(shares) == 8 * 24 and shares[0] == pytest.approx(1 / 192) and shares[-1] == 1
    assert shares == sorted(shares)


def test_what_it_reads(trained):
    images, labels = digits(2)
    read = trained[0].read(images)
    assert read.features.shape == (600, 128) and read.classes.shape == read.certainty.shape == (600,)
    assert read.certainty.min() >= 0.1 and read.certainty.max() <= 1
    right = read.classes == labels
    assert right.mean() > 0.9 and read.certainty[right].mean() > read.certainty[~right].mean()


def test_a_part_of_a_reading():
    read = Reading(np.arange(6).reshape(3, 2), np.array([7, 8, 9]), np.array([0.5, 0.6, 0.7]))
    part = read.of(np.array([2, 0]))
    assert part.features.tolist() == [[4, 5], [0, 1]] and part.classes.tolist() == [9, 7]
    assert part.certainty.tolist() == [0.7, 0.5]


def test_a_judges_fingerprint_is_of_its_weights():
    one, same, other = (Judge(build_classifier(seed)).fingerprint() for seed in (0, 0, 1))
    assert one == same != other and len(one) == 12


def test_whoever_changes_what_makes_a_judge_raises_its_version():
    """Judges are kept by CODE_VERSION: raise it with the network or its training, and put the new digits here."""
    made_by = [inspect.getsource(build_classifier), inspect.getsource(train_classifier), EPOCHS, module.BATCH]
    made_by += [module.PEAK_RATE, module.CLASSES]
    assert (CODE_VERSION, sha256(repr(made_by).encode()).hexdigest()[:12]) == (2, "da75c1b37523")


@pytest.mark.real_data
def test_a_few_hundred_real_digits_suffice_for_a_start(real_images_folder):
    dataset = sources.load(sources.MNIST, "real", real_images_folder)
    images = dataset.images[..., np.newaxis].astype(np.float32) / 127.5 - 1
    judge = Judge(train_classifier(images[:6_000], dataset.labels[:6_000], epochs=2))
    assert judge.accuracy(images[60_000:62_000], dataset.labels[60_000:62_000]) > 0.93
