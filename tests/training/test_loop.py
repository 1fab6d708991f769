import numpy as np
import pytest

from assignment.training.loop import Place, Row, train, updates_per_epoch
from assignment.training.steps import Losses


def images(count):
    return np.arange(count, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)


def run(update, count=7, epochs=2, seed=1, place=None):
    place = place or Place()
    return list(train(update, images(count), epochs=epochs, batch_size=3, latent_dim=5, seed=seed, place=place))


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


def test_a_conditional_gan_gets_each_images_own_label_and_asks_for_every_class():
    seen = []

    def update(real_images, noise, real_labels, fake_labels):
        assert real_labels[:, 0].tolist() == real_images[:, 0, 0, 0].astype(int).tolist()
        assert real_labels.dtype == fake_labels.dtype == np.int32
        assert len(real_images) == len(noise) == len(fake_labels)
        seen.append((len(real_images), sorted(fake_labels[:, 0].tolist())))
        return Losses(0, 0, 0)

    labels = np.arange(7, dtype=np.int32)[:, np.newaxis]
    options = {"batch_size": 4, "latent_dim": 5, "seed": 1, "place": Place()}
    list(train(update, images(7), labels=labels, classes=2, epochs=2, **options))
    assert [size for size, _ in seen] == [4, 3, 4, 3] and seen[0] == (4, [0, 0, 1, 1])
    assert set(seen[1][1]) == {0, 1}


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


class Stopped(Exception):
    pass


@pytest.mark.parametrize("after", range(7))
def test_a_training_that_goes_on_from_its_place_is_the_one_that_never_stopped(after):
    """Seven updates make two epochs and the first update of a third; the stop comes after each of them in turn."""

    def make_update(stop_after):
        def update(real_images, noise):
            if len(seen) == stop_after:
                raise Stopped
            seen.append((real_images.tobytes(), noise.tobytes()))
            return Losses(*noise[0, :3].tolist())

        return update

    seen = []
    whole = [row._replace(seconds=0) for row in run(make_update(None), epochs=3)]
    seen_whole, seen = seen, []
    place, rows = Place(), []
    try:
        for row in train(make_update(after), images(7), epochs=3, batch_size=3, latent_dim=5, seed=1, place=place):
            rows.append(row)
    except Stopped:
        pass
    assert (place.epoch, len(place.losses)) == (after // 3 + 1, after % 3)
    rows += run(make_update(None), epochs=3, place=place)
    assert seen == seen_whole
    assert [row._replace(seconds=0) for row in rows] == whole


def test_the_seconds_of_an_epoch_are_those_of_all_its_sittings():
    (row,) = run(lambda real_images, noise: Losses(0, 0, 0), epochs=1, place=Place(1, [Losses(0, 0, 0)], 100.0))
    assert 100 < row.seconds < 110 and row.updates == 3


def test_nothing_is_left_of_a_training_that_is_done():
    assert run(None, epochs=2, place=Place(epoch=3)) == []
