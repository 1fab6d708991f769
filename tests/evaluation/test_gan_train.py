import numpy as np
import pytest

from assignment.evaluation import gan_train as gan_train_module
from assignment.evaluation.gan_train import RECIPE, gan_train
from assignment.evaluation.judge import Judge, build_classifier


def test_gan_train_is_the_accuracy_on_real_images_of_a_classifier_trained_on_generated_ones(monkeypatch):
    random = np.random.default_rng(0)
    images, test_images = (random.uniform(-1, 1, (20, 28, 28, 1)).astype(np.float32) for _ in range(2))
    labels = np.resize(np.arange(10), 20)
    trained = []

    def train(*arguments, on_progress):
        trained.append(arguments)
        on_progress(1.0)
        return build_classifier(3)

    monkeypatch.setattr(gan_train_module, "train_classifier", train)
    progress = []
    expected = Judge(build_classifier(3)).read(test_images).classes
    test_labels = np.where(np.arange(20) < 15, expected, expected + 1)
    assert gan_train(images, labels, test_images, test_labels, progress.append) == 0.75
    ((trained_images, trained_labels, recipe),) = trained
    np.testing.assert_array_equal(trained_images, images)
    np.testing.assert_array_equal(trained_labels, labels)
    assert recipe == RECIPE and progress == [1.0]


def test_the_classifier_sees_the_images_as_they_are():
    """Shifts and flips would add to the variety of the generated images."""
    assert RECIPE.shift == 0 and not RECIPE.flips


@pytest.mark.slow
@pytest.mark.real_data
def test_typical_images_alone_are_worth_less_than_varied_ones(real_images_folder):
    """The images of each digit nearest to its mean are easy to recognize, and poor to learn from."""
    from assignment.data import sources
    from assignment.data.dataset import scale_pixels

    dataset = sources.from_folder(sources.MNIST, real_images_folder)
    images = scale_pixels(dataset.images[..., np.newaxis])
    pool, labels = images[:20_000], dataset.labels[:20_000]
    typical, varied = [], []
    for label in range(10):
        members = np.flatnonzero(labels == label)
        distances = ((pool[members] - pool[members].mean(axis=0)) ** 2).sum(axis=(1, 2, 3))
        typical.append(members[np.argsort(distances)[:500]])
        varied.append(members[:500])
    test = images[60_000:62_000], dataset.labels[60_000:62_000]
    scores = {
        name: gan_train(pool[chosen], labels[chosen], *test)
        for name, chosen in (("typical", np.concatenate(typical)), ("varied", np.concatenate(varied)))
    }
    assert scores["typical"] < scores["varied"] - 0.05
