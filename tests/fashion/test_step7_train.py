import numpy as np

from assignment.fashion.step7_train import train_gan
from assignment.settings import FashionSettings
from assignment.training.steps import Losses


def test_it_trains_as_the_settings_say():
    shapes = []

    def update(real_images, noise):
        shapes.append((real_images.shape, noise.shape))
        return Losses(0, 0, 0)

    dataset = np.zeros((5, 28, 28), np.float32)
    rows = list(train_gan(update, dataset, FashionSettings("ana", epochs=2, batch_size=3)))
    assert [row.epoch for row in rows] == [1, 2]
    assert shapes == 2 * [((3, 28, 28, 1), (3, 100)), ((2, 28, 28, 1), (2, 100))]
