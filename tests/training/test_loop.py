import numpy as np
import pytest

from assignment.training.loop import Position, Row, train, updates_per_epoch
from assignment.training.steps import Losses

ZERO_LOSSES = Losses(0, 0, 0)


def numbered_images(count):
    """Images that are filled with their number."""
    return np.arange(count, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)


def run(update, epochs=2, seed=1, position=None):
    """Train on 7 images in batches of 3, which makes 3 updates per epoch; return the rows."""
    position = position or Position()
    return list(
        train(update, numbered_images(7), epochs=epochs, batch_size=3, latent_dim=5, seed=seed, position=position)
    )


def without_seconds(rows):
    return [row._replace(seconds=0) for row in rows]


def test_every_epoch_uses_each_image_once_in_a_new_order():
    batches = []

    def update(real_images, noise):
        assert noise.shape == (len(real_images), 5)
        batches.append(real_images[:, 0, 0, 0].tolist())
        return ZERO_LOSSES

    run(update)
    assert [len(batch) for batch in batches] == [3, 3, 1, 3, 3, 1]
    first, second = sum(batches[:3], []), sum(batches[3:], [])
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second


def test_conditional_gan_receives_each_images_label_and_fake_labels_of_every_class():
    batches = []

    def update(real_images, noise, real_labels, fake_labels):
        assert real_labels[:, 0].tolist() == real_images[:, 0, 0, 0].astype(int).tolist()
        assert real_labels.dtype == fake_labels.dtype == np.int32
        assert len(real_images) == len(noise) == len(fake_labels)
        batches.append((len(real_images), sorted(fake_labels[:, 0].tolist())))
        return ZERO_LOSSES

    labels = np.arange(7, dtype=np.int32)[:, np.newaxis]
    rows = train(
        update,
        numbered_images(7),
        labels=labels,
        classes=2,
        epochs=2,
        batch_size=4,
        latent_dim=5,
        seed=1,
        position=Position(),
    )
    assert len(list(rows)) == 2
    assert [size for size, _ in batches] == [4, 3, 4, 3] and batches[0] == (4, [0, 0, 1, 1])
    assert set(batches[1][1]) == {0, 1}


def test_row_has_the_mean_losses_of_its_epoch():
    losses = iter([Losses(1, 2, 3), Losses(2, 3, 4), Losses(3, 4, 5)] * 2)
    rows = run(lambda real_images, noise: next(losses))
    assert [row.epoch for row in rows] == [1, 2]
    row = rows[0]
    assert (row.discriminator_loss_real, row.discriminator_loss_fake, row.generator_loss) == (2, 3, 4)
    assert (row.discriminator_loss, row.updates) == (2.5, 3)
    assert row.seconds > 0


def test_noise_never_repeats_and_follows_from_the_seed():
    def draw_all(seed):
        noises = []
        run(lambda real_images, noise: noises.append(noise.tobytes()) or ZERO_LOSSES, seed=seed)
        return noises

    assert len(set(draw_all(1))) == 6
    assert draw_all(1) == draw_all(1) != draw_all(2)


@pytest.mark.parametrize(("count", "size", "updates"), [(7000, 128, 55), (128, 128, 1), (129, 128, 2), (5, 128, 1)])
def test_updates_per_epoch_include_the_short_last_batch(count, size, updates):
    assert updates_per_epoch(count, size) == updates


def test_first_columns_of_the_history_are_the_epoch_and_both_losses():
    assert Row._fields[:3] == ("epoch", "discriminator_loss", "generator_loss")


class Stopped(Exception):
    pass


@pytest.mark.parametrize("stop_after", range(7))
def test_resumed_training_equals_an_uninterrupted_one(stop_after):
    """Seven updates are two epochs and the first update of a third; the training stops before each of them."""

    def recording_update(batches, stop_after=None):
        def update(real_images, noise):
            if len(batches) == stop_after:
                raise Stopped
            batches.append((real_images.tobytes(), noise.tobytes()))
            return Losses(*noise[0, :3].tolist())

        return update

    uninterrupted_batches = []
    uninterrupted_rows = run(recording_update(uninterrupted_batches), epochs=3)

    batches, rows, position = [], [], Position()
    options = {"epochs": 3, "batch_size": 3, "latent_dim": 5, "seed": 1}
    with pytest.raises(Stopped):
        for row in train(recording_update(batches, stop_after), numbered_images(7), **options, position=position):
            rows.append(row)
    assert (position.epoch, len(position.losses)) == (stop_after // 3 + 1, stop_after % 3)
    rows += run(recording_update(batches), epochs=3, position=position)
    assert batches == uninterrupted_batches
    assert without_seconds(rows) == without_seconds(uninterrupted_rows)


def test_seconds_of_an_epoch_include_earlier_sessions():
    position = Position(epoch=1, losses=[ZERO_LOSSES], seconds=100.0)
    (row,) = run(lambda real_images, noise: ZERO_LOSSES, epochs=1, position=position)
    assert 100 < row.seconds < 110 and row.updates == 3


def test_finished_training_makes_no_update():
    def update(real_images, noise):
        raise AssertionError

    assert run(update, epochs=2, position=Position(epoch=3)) == []
