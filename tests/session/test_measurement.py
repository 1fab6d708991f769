"""Measuring a generator: which judge, which floor and which images."""

import numpy as np
import pytest

from assignment.data import sources
from assignment.data.dataset import Dataset, Provenance
from assignment.evaluation.comparison import DRAW_COUNT
from assignment.evaluation.copying import CopyingFloor
from assignment.evaluation.floor import Floor, measure_floor
from assignment.evaluation.scores import summarize
from assignment.evaluation.shipped_judges import ShippedFacts
from assignment.session import measurement
from assignment.session.measurement import Measurer
from assignment.session.track import EvaluationSpec, LabeledImages, TrainingData
from assignment.settings.tracks import ConditionalSettings, DigitsSettings
from assignment.training.streams import Purpose

IMAGES = np.random.default_rng(0).uniform(-1, 1, (24, 28, 28, 1)).astype(np.float32)
LABELS = np.resize([0, 1], 24)
REAL = Provenance("there", "the real images", "", is_standin=False)


@pytest.fixture
def judges(monkeypatch, fake_judge):
    """Replace the shipped and the trained judges; returns which were requested."""
    requested = []

    def record(kind):
        return lambda name, *more: requested.append((kind, name)) or fake_judge()

    monkeypatch.setattr(measurement, "get_judge", record("trained"))
    monkeypatch.setattr(measurement, "read_shipped_judge", record("shipped"))
    monkeypatch.setattr(measurement, "read_shipped_facts", lambda name: ShippedFacts("make it", {}, 0.89))
    return requested


@pytest.fixture
def make_measurer(make_run, judges, standin):
    """A function that makes a measurer; the training images are the other images, darker."""

    def make(settings_class=DigitsSettings, provenance=standin, learned_from=IMAGES / 2, **options):
        run = make_run(settings_class, provenance=provenance)
        data = TrainingData(IMAGES, LABELS, sources.MNIST, Dataset(None, None, provenance))
        unseen = None if learned_from is None else LabeledImages(IMAGES, LABELS)
        spec = EvaluationSpec(
            data, IMAGES, LABELS, learned_from, **{"expects_class": False, "unseen": unseen, **options}
        )
        return Measurer(run, spec), run

    return make


def test_real_images_have_the_shipped_judge_and_a_stand_in_one_that_is_trained(make_measurer, judges):
    make_measurer(provenance=REAL)
    make_measurer()
    assert judges == [("shipped", "mnist"), ("trained", "mnist")]


def test_the_floor_comes_with_a_shipped_judge_and_is_measured_with_another(make_measurer, make_gan, monkeypatch):
    generator = make_gan().generator
    measurer, _ = make_measurer()
    measured = measurer.measure(generator, 1).floor
    assert measured == measure_floor(measurer.comparison, IMAGES / 2, IMAGES)
    shipped = Floor(measured.scores, CopyingFloor(nearest=0.125, copy_distance=0.0625))
    requested = []
    monkeypatch.setattr(measurement, "shipped_floor", lambda name, images: requested.append(name) or shipped)
    measurer, _ = make_measurer(provenance=REAL)
    result = measurer.measure(generator, 1)
    assert requested == ["mnist"] and result.floor == shipped and result.copying.floor == 0.125


def test_held_out_images_are_the_unseen_ones(make_measurer, make_gan):
    """All images are compared with, most of which are training images and therefore no copies."""
    seen, unseen = IMAGES[4:], LabeledImages(IMAGES[:4], LABELS[:4])
    measurer, _ = make_measurer(learned_from=seen, unseen=unseen)
    floor = measurer.measure(make_gan().generator, 1).floor
    assert floor == measure_floor(measurer.comparison, seen, unseen.images) and floor.copying.nearest > 0


def test_without_unseen_images_the_floor_compares_training_images_with_each_other(make_measurer, make_gan):
    measurer, _ = make_measurer(learned_from=None)
    floor = measurer.measure(make_gan().generator, 1).floor
    assert floor == measure_floor(measurer.comparison, IMAGES, None)


def test_a_measurement_has_the_scores_of_all_draws_and_repeats_exactly(make_measurer, make_gan):
    generator = make_gan().generator
    measurer, _ = make_measurer()
    result = measurer.measure(generator, epoch=3)
    draws = [measurer.measure_draw(generator, 3, number) for number in range(1, DRAW_COUNT + 1)]
    assert result.scores == summarize(draws)
    assert result == make_measurer()[0].measure(generator, epoch=3)
    assert result.scores != measurer.measure(generator, epoch=4).scores, "other noise"


def test_the_noise_follows_from_the_seed_the_epoch_and_the_draw(make_measurer, make_gan, monkeypatch):
    measurer, run = make_measurer()
    seen = []
    monkeypatch.setattr(
        measurement, "generate_images", lambda generator, noise: seen.append(noise) or np.zeros((12, 28, 28, 1))
    )
    measurer.measure_draw(make_gan().generator, 3, 2)
    expected = run.draw_noise(Purpose.EVALUATION_NOISE, 3, 2, count=12, latent_dim=5)
    np.testing.assert_array_equal(seen[0], expected)


def test_a_weak_judge_is_reported(make_measurer, monkeypatch, fake_judge, printed):
    monkeypatch.setattr(measurement, "get_judge", lambda *arguments: fake_judge(0.7))
    _, run = make_measurer()
    assert "the judge 0123456789ab recognizes 70.00% of the test images" in printed(run)
    assert "A weak judge" in printed(run)


def test_the_training_of_a_judge_is_explained(make_measurer, monkeypatch, fake_judge, printed):
    def train_judge(name, dataset, progress, say):
        with progress() as update:
            update(1.0)
        return fake_judge()

    monkeypatch.setattr(measurement, "get_judge", train_judge)
    text = " ".join(printed(make_measurer()[1]).split())
    assert "a judge is trained: a classifier of the stand-in of MNIST that measures the generated images" in text


def test_gan_train_trains_on_generated_images_and_gan_test_recognizes_them(make_measurer, monkeypatch, fake_judge):
    trained = []
    fakes = np.where(np.arange(40).reshape(-1, 1, 1, 1) % 2, IMAGES[:1], -IMAGES[:1])

    def gan_train(images, labels, test_images, test_labels, on_progress):
        trained.append((images, labels))
        np.testing.assert_array_equal(test_images, IMAGES)
        np.testing.assert_array_equal(test_labels, LABELS)
        return 0.75

    monkeypatch.setattr(measurement, "gan_train", gan_train)
    monkeypatch.setattr(measurement, "GAN_TRAIN_IMAGES", 40)
    monkeypatch.setattr(measurement, "generate_images", lambda generator, inputs: fakes)

    class Generator:
        inputs = [np.zeros((1, 5)), np.zeros((1, 1))]

    measurer, _ = make_measurer(ConditionalSettings, provenance=REAL, expects_class=True)
    scores = measurer.measure_gan_train(Generator(), 1)
    ((images, labels),) = trained
    np.testing.assert_array_equal(images, fakes)
    np.testing.assert_array_equal(labels, np.resize([0, 1], 40))
    assert (scores.gan_train, scores.real_train, scores.real_test) == (0.75, 0.89, 0.99)
    assert scores.gan_test == fake_judge().judge.accuracy(fakes, labels)

    trained.clear()
    measurer, _ = make_measurer(ConditionalSettings, expects_class=True)
    measurer.measure_gan_train(Generator(), 1)
    assert len(trained) == 2, "for a stand-in, the real images' value is measured as well"
