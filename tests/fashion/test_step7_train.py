import numpy as np
import pytest

from assignment.fashion.step7_train import train_gan
from assignment.settings.tracks import FashionSettings
from assignment.training.loop import Position
from assignment.training.steps import Losses


@pytest.fixture
def train():
    """A function that trains on `dataset` with an update that changes no network; it returns the rows and batches."""

    def run(dataset, **options):
        batches = []

        def update(real_images, noise):
            batches.append((real_images, noise))
            return Losses(0, 0, 0)

        rows = list(train_gan(update, dataset, FashionSettings("ana", **options), Position()))
        return rows, batches

    return run


@pytest.mark.parametrize("channels", [(), (1,)])
def test_epochs_and_batch_size_are_those_of_the_settings(train, channels):
    rows, batches = train(np.zeros((5, 28, 28, *channels), np.float32), epochs=2, batch_size=3)
    assert [row.epoch for row in rows] == [1, 2]
    shapes = [(real_images.shape, noise.shape) for real_images, noise in batches]
    assert shapes == 2 * [((3, 28, 28, 1), (3, 100)), ((2, 28, 28, 1), (2, 100))]


def test_order_and_noise_depend_on_the_seed(train):
    dataset = np.arange(50, dtype=np.float32)[:, None, None] * np.ones((1, 28, 28), np.float32)

    def first_batch(seed):
        _, [(real_images, noise)] = train(dataset, epochs=1, batch_size=50, seed=seed)
        return real_images.tobytes(), noise.tobytes()

    assert first_batch(1) == first_batch(1)
    assert first_batch(1)[0] != first_batch(2)[0] and first_batch(1)[1] != first_batch(2)[1]


def test_the_settings_are_the_sheets_if_they_are_left_out():
    shapes = []
    rows = train_gan(lambda images, noise: shapes.append(images.shape) or Losses(0, 0, 0), np.zeros((128, 28, 28)))
    assert next(rows).epoch == 1 and next(rows).epoch == 2
    assert shapes == 2 * [(128, 28, 28, 1)]
