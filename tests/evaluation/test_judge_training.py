import inspect
from hashlib import sha256

import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import CLASS_COUNT, Dataset, Provenance, scale_pixels
from assignment.data.digits import draw_digits
from assignment.evaluation import judge, judge_store, judge_training, make_judges
from assignment.evaluation.judge import Judge, build_classifier
from assignment.evaluation.judge_training import (
    BATCH_SIZE,
    CODE_VERSION,
    PEAK_LEARNING_RATE,
    SEED,
    WEIGHT_DECAY,
    Recipe,
    augment,
    dataset_md5,
    train_classifier,
    train_judge,
)

IMAGES_PER_CLASS = 60
SMALL_BATCH, EPOCHS = 30, 3  # with 1,200 digits, enough updates to recognize more than nine digits of ten


def draw(*parts):
    """Return drawn digits, uint8 (n, 28, 28), and their labels."""
    images = np.concatenate([draw_digits(label, IMAGES_PER_CLASS, part) for part in parts for label in range(10)])
    return images, np.tile(np.repeat(np.arange(10), IMAGES_PER_CLASS), len(parts))


def scaled(images, labels):
    return scale_pixels(images[..., np.newaxis]), labels


@pytest.mark.slow
def test_training_learns_and_reports_its_progress(monkeypatch):
    monkeypatch.setattr(judge_training, "BATCH_SIZE", SMALL_BATCH)
    progress = []
    classifier = train_classifier(*scaled(*draw(10, 11)), Recipe(EPOCHS), on_progress=progress.append)
    assert Judge(classifier).accuracy(*scaled(*draw(1))) > 0.9
    assert progress == [number / 120 for number in range(1, 121)]


def test_without_a_recipe_for_them_images_are_neither_shifted_nor_flipped():
    images, _ = scaled(*draw(1))
    np.testing.assert_array_equal(augment(images, Recipe(1), np.random.default_rng(0)), images)


def test_images_are_shifted_by_up_to_the_given_pixels_and_what_enters_is_black():
    images = np.full((200, 28, 28, 1), -1, np.float32)
    images[:, 14, 14] = 1
    moved = augment(images, Recipe(1, shift=2), np.random.default_rng(0))
    _, rows, columns, _ = np.nonzero(moved == 1)
    assert len(rows) == 200 and set(rows) == set(columns) == {12, 13, 14, 15, 16}
    edges = augment(np.ones((200, 28, 28, 1), np.float32), Recipe(1, shift=2), np.random.default_rng(0))
    assert {int((image == -1).sum()) for image in edges} <= {
        28 * 28 - (28 - a) * (28 - b) for a in range(3) for b in range(3)
    }


def test_half_of_the_images_are_flipped():
    images = np.zeros((400, 28, 28, 1), np.float32)
    images[:, 0, 0] = 1
    flipped = augment(images, Recipe(1, flips=True), np.random.default_rng(0))
    share = (flipped[:, 0, 27, 0] == 1).mean()
    assert 0.4 < share < 0.6 and (flipped[:, 0, 0, 0] == 1).mean() == 1 - share


def test_facts_of_a_judge_describe_its_training(monkeypatch):
    seen = {}

    def train(images, labels, recipe, seed, on_progress):
        seen.update(images=images, labels=labels, recipe=recipe)
        return build_classifier(seed)

    monkeypatch.setattr(judge_training, "train_classifier", train)
    monkeypatch.setattr(judge_training, "TRAINING_IMAGES", 15)
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), np.uint8)
    dataset = Dataset(images, np.resize(np.arange(10, dtype=np.uint8), 20), Provenance("", "twenty images", "", False))
    trained, facts = train_judge("mnist", dataset, Recipe(7, shift=1))
    np.testing.assert_array_equal(seen["images"], scale_pixels(images[:15, ..., np.newaxis]))
    np.testing.assert_array_equal(seen["labels"], dataset.labels[:15])
    assert seen["recipe"] == Recipe(7, shift=1)
    assert (facts.data, facts.images, facts.epochs, facts.code) == ("mnist", "twenty images", 7, CODE_VERSION)
    assert facts.weights == trained.fingerprint() and facts.data_md5 == dataset_md5(dataset)
    assert facts.accuracy == trained.accuracy(*scaled(images[15:], dataset.labels[15:]))
    assert "keras" in facts.versions and facts.seconds >= 0


def test_code_version_changes_with_the_network_and_its_training():
    """Judges are stored by CODE_VERSION. If this test fails, raise it, unless the judges stay the same bit for bit.

    Then update the hash, and make the shipped judges again.
    """
    code = [inspect.getsource(function) for function in (build_classifier, train_classifier, augment)]
    code += [judge.CONVOLUTIONS, judge.FEATURES, judge.DROPOUT]
    code += [BATCH_SIZE, PEAK_LEARNING_RATE, WEIGHT_DECAY, SEED, CLASS_COUNT, judge_store.RECIPE, make_judges.RECIPES]
    assert (CODE_VERSION, sha256(repr(code).encode()).hexdigest()[:12]) == (3, "894e3c006ed9")


@pytest.mark.slow
@pytest.mark.real_data
def test_a_few_thousand_real_digits_suffice_for_a_good_judge(real_images_folder):
    dataset = sources.load(sources.MNIST, "real", real_images_folder)
    images = scale_pixels(dataset.images[..., np.newaxis])
    good = Judge(train_classifier(images[:6_000], dataset.labels[:6_000], Recipe(2)))
    assert good.accuracy(images[60_000:62_000], dataset.labels[60_000:62_000]) > 0.93
