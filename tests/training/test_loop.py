import numpy as np
import pytest

from assignment.training.loop import Row, train, updates_per_epoch
from assignment.training.steps import Losses


def images(count):
    return np.arange(count, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)


def run(update, count=7, epochs=2, seed=1):
    return list(train(update, images(count), epochs=epochs, batch_size=3, latent_dim=5, seed=seed))


def test_every_image_once_an_epoch_in_a_fresh_order():
    seen = []

    def update(real_images, noise):
        assert noise.shape == (len(real_images), 5)
        seen.append(real_images[:, 0, 0, 0].tolist())
        return Losses(0, 0, 0)

    run(update)
    assert [len(batch) for batch in seen] == [3, 3, 1, 3, 3, 1]
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second


def test_a_row_holds_the_means_over_its_epoch():
    given = iter([Losses(1, 2, 3), Losses(2, 3, 4), Losses(3, 4, 5)] * 2)
    rows = run(lambda real_images, noise: next(given))
    assert [row.epoch for row in rows] == [1, 2]
    row = rows[0]
    assert (row.discriminator_loss_real, row.discriminator_loss_fake, row.generator_loss) == (2, 3, 4)
    assert (row.discriminator_loss, row.updates) == (2.5, 3)
    assert row.seconds > 0


def test_noise_never_comes_twice_and_follows_the_seed():
    def noises(seed):
        drawn = []
        run(lambda real_images, noise: drawn.append(noise.tobytes()) or Losses(0, 0, 0), seed=seed)
        return drawn

    assert len(set(noises(1))) == 6
    assert noises(1) == noises(1) != noises(2)


@pytest.mark.parametrize(("count", "size", "updates"), [(7000, 128, 55), (128, 128, 1), (129, 128, 2), (5, 128, 1)])
def test_updates_per_epoch(count, size, updates):
    assert updates_per_epoch(count, size) == updates


def test_the_heads_of_the_history():
    assert Row._fields[:3] == ("epoch", "discriminator_loss", "generator_loss")
