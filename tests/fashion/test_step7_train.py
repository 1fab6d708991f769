import numpy as np

from assignment.fashion.step7_train import train_gan
from assignment.settings.tracks import FashionSettings
from assignment.training.loop import Position
from assignment.training.steps import Losses


def test_it_trains_as_the_settings_say():
    shapes = []

    def update(real_images, noise):
        shapes.append((real_images.shape, noise.shape))
        return Losses(0, 0, 0)

    dataset = np.zeros((5, 28, 28), np.float32)
    rows = list(train_gan(update, dataset, FashionSettings("ana", epochs=2, batch_size=3), Position()))
    assert [row.epoch for row in rows] == [1, 2]
    assert shapes == 2 * [((3, 28, 28, 1), (3, 100)), ((2, 28, 28, 1), (2, 100))]


def test_the_seed_decides_order_and_noise():
    def seen(seed):
        batches = []

        def update(real_images, noise):
            batches.append((real_images.tobytes(), noise.tobytes()))
            return Losses(0, 0, 0)

        dataset = np.arange(50, dtype=np.float32)[:, None, None] * np.ones((1, 28, 28), np.float32)
        list(train_gan(update, dataset, FashionSettings("ana", epochs=1, batch_size=50, seed=seed), Position()))
        return batches[0]

    assert seen(1) == seen(1)
    assert seen(1)[0] != seen(2)[0] and seen(1)[1] != seen(2)[1]
