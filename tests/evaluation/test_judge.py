import numpy as np
import pytest

from assignment.data import sources
from assignment.data.digits import draw_digits
from assignment.evaluation.judge import Judge, build_classifier, train_classifier

IN_A_CLASS = 60
TRAINING_PARTS = range(10, 15)  # 3,000 digits


def digits(*parts):
    images = np.concatenate([draw_digits(label, IN_A_CLASS, part) for part in parts for label in range(10)])
    labels = np.tile(np.repeat(np.arange(10), IN_A_CLASS), len(parts))
    return images[..., np.newaxis].astype(np.float32) / 127.5 - 1, labels


@pytest.fixture(scope="module")
def judge():
    return Judge(train_classifier(*digits(*TRAINING_PARTS), epochs=8), *digits(1))


def test_the_layers():
    classifier = build_classifier(0)
    assert classifier.get_layer("features").output.shape == (None, 128)
    assert classifier.outputs[0].shape == (None, 10)


def test_it_learns(judge):
    assert judge.accuracy > 0.9


def test_real_images_agree_are_near_precise_and_recalled(judge):
    verdict = judge.judge(lambda asked: digits(2)[0].reshape(10, -1, 28, 28, 1).swapaxes(0, 1).reshape(-1, 28, 28, 1),
                          count=600)
    assert verdict.agreement > 0.9 and verdict.worst > 0.6 and verdict.precision > 0.8 and verdict.recall > 0.8
    noise = judge.judge(lambda asked: np.random.default_rng(0).uniform(-1, 1, (len(asked), 28, 28, 1)), count=600)
    assert verdict.distance < noise.distance / 10


def test_a_generator_that_does_not_listen_agrees_by_chance(judge):
    sevens = digits(2)[0][7 * IN_A_CLASS : 8 * IN_A_CLASS]
    verdict = judge.judge(lambda asked: np.resize(sevens, (len(asked), 28, 28, 1)), count=600)
    assert verdict.agreement == pytest.approx(0.1, abs=0.02) and verdict.worst == 0 and verdict.recall < 0.3


def test_every_class_is_asked_for_as_often(judge):
    asked_for = []
    judge.judge(lambda asked: asked_for.extend(asked[:, 0]) or np.zeros((len(asked), 28, 28, 1)), count=600)
    assert np.bincount(asked_for).tolist() == [60] * 10


@pytest.mark.real_data
def test_a_few_hundred_real_digits_suffice_for_a_start(real_images_folder):
    dataset = sources.load(sources.MNIST, "real", real_images_folder)
    images = dataset.images[..., np.newaxis].astype(np.float32) / 127.5 - 1
    classifier = train_classifier(images[:6_000], dataset.labels[:6_000], epochs=2)
    assert Judge(classifier, images[60_000:62_000], dataset.labels[60_000:62_000]).accuracy > 0.93
