import numpy as np
import pytest
import tensorflow as tf

from assignment.practices.images import (
    INSTANCE_NOISE,
    MEMORY_SIZE,
    NOISE_HALF_LIFE,
    PHASE_UPDATES,
    add_noise,
    at_resolution,
    empty_memory,
    limit_resolution,
    replay_half,
)
from assignment.training.steps import DiscriminatorBatch


@pytest.fixture
def replay_gan(gan):
    """The small GAN with an empty replay memory."""
    return gan._replace(memory=empty_memory())


def set_updates(gan, number):
    gan.combined.optimizer.iterations.assign(number)
    gan.discriminator.optimizer.iterations.assign(2 * number)


def fakes(value, count=8, labels=None):
    """A batch of fakes that are filled with `value`."""
    return DiscriminatorBatch(tf.fill((count, 28, 28, 1), float(value)), labels, tf.zeros((count, 1)))


def first_pixels(images):
    return np.asarray(images)[:, 0, 0, 0]


@pytest.mark.parametrize(("updates", "deviation"), [(0, INSTANCE_NOISE), (NOISE_HALF_LIFE, INSTANCE_NOISE / 2)])
def test_instance_noise_decreases(gan, updates, deviation):
    set_updates(gan, updates)
    images = tf.fill((50, 28, 28, 1), 0.25)
    added = add_noise(images, real=True, gan=gan, seed=1).numpy() - 0.25
    assert added.std() == pytest.approx(deviation, rel=0.02) and abs(added.mean()) < 0.01
    assert not np.array_equal(added, add_noise(images, real=False, gan=gan, seed=1).numpy() - 0.25)


def test_lower_resolution_fills_every_square_with_its_mean():
    images = np.arange(784, dtype=np.float32).reshape(1, 28, 28, 1)
    coarse = at_resolution(images, 7).numpy()
    assert coarse.shape == images.shape
    for row in range(7):
        square = images[0, 4 * row : 4 * row + 4, 8:12]
        assert np.unique(coarse[0, 4 * row : 4 * row + 4, 8:12]).tolist() == [square.mean()]
    np.testing.assert_array_equal(at_resolution(images, 28), images)


@pytest.mark.parametrize(
    ("updates", "share_of_14", "share_of_28"),
    [
        (0, 0, 0),
        (PHASE_UPDATES, 0, 0),
        (PHASE_UPDATES * 1.5, 0.5, 0),
        (2 * PHASE_UPDATES, 1, 0),
        (3 * PHASE_UPDATES, 1, 0),
        (PHASE_UPDATES * 3.5, 1, 0.5),
        (4 * PHASE_UPDATES, 1, 1),
        (99 * PHASE_UPDATES, 1, 1),
    ],
)
def test_resolutions_fade_in_one_after_another(gan, updates, share_of_14, share_of_28):
    set_updates(gan, int(updates))
    images = np.random.default_rng(0).standard_normal((2, 28, 28, 1)).astype(np.float32)
    at_14 = (1 - share_of_14) * at_resolution(images, 7) + share_of_14 * at_resolution(images, 14)
    expected = (1 - share_of_28) * at_14 + share_of_28 * images
    np.testing.assert_allclose(limit_resolution(images, real=True, gan=gan), expected, atol=1e-6)


def test_half_of_the_fakes_are_from_earlier_updates(replay_gan):
    for value in (1, 2, 3):
        set_updates(replay_gan, value)
        mixed = first_pixels(replay_half(fakes(value), memory=replay_gan.memory, gan=replay_gan, seed=1).images)
        assert mixed[:4].tolist() == [value] * 4 and set(mixed[4:]) <= set(range(1, value + 1))
    images, _, stored = replay_gan.memory
    assert int(stored) == 12
    assert first_pixels(images)[:13].tolist() == [1] * 4 + [2] * 4 + [3] * 4 + [0]


def test_recalled_fakes_are_from_all_over_the_memory(replay_gan):
    images, _, stored = replay_gan.memory
    numbers = np.arange(MEMORY_SIZE, dtype=np.float32).reshape(-1, 1, 1, 1)
    images.assign(numbers * np.ones((28, 28, 1), np.float32))
    stored.assign(MEMORY_SIZE)
    recalled = first_pixels(replay_half(fakes(-1, count=200), memory=replay_gan.memory, gan=replay_gan, seed=1).images)[
        100:
    ]
    assert len(set(recalled)) > 80 and recalled.min() < 100 and recalled.max() > 900


def test_full_memory_overwrites_some_fakes_and_keeps_the_rest(replay_gan):
    images, _, stored = replay_gan.memory
    images.assign(np.ones_like(images))
    stored.assign(MEMORY_SIZE)
    replay_half(fakes(5), memory=replay_gan.memory, gan=replay_gan, seed=1)
    values, counts = np.unique(first_pixels(images), return_counts=True)
    assert values.tolist() == [1, 5] and counts.tolist() == [MEMORY_SIZE - 4, 4]


@pytest.mark.parametrize("size", [100, 2 * MEMORY_SIZE + 2])
def test_empty_slots_are_never_recalled(replay_gan, size):
    """Half of the first size does not divide the size of the memory; half of the second is larger than the memory."""
    for number in range(MEMORY_SIZE // 50 + 3):
        set_updates(replay_gan, number)
        mixed = replay_half(fakes(1, count=size), memory=replay_gan.memory, gan=replay_gan, seed=1).images.numpy()
        assert mixed.shape == (size, 28, 28, 1) and (mixed == 1).all()
        if size > MEMORY_SIZE:
            break
    images, _, stored = replay_gan.memory
    assert int(stored) == MEMORY_SIZE and (images.numpy() == 1).all()


def test_recalled_fakes_keep_their_labels(replay_gan):
    for value in (1, 2, 3):
        set_updates(replay_gan, value)
        mixed = replay_half(
            fakes(value, labels=tf.fill((8, 1), value)), memory=replay_gan.memory, gan=replay_gan, seed=1
        )
        assert first_pixels(mixed.images).tolist() == mixed.labels.numpy()[:, 0].tolist()


def test_single_fake_is_not_replaced(replay_gan):
    mixed = replay_half(fakes(1, count=1), memory=replay_gan.memory, gan=replay_gan, seed=1).images.numpy()
    assert mixed.shape == (1, 28, 28, 1) and (mixed == 1).all()
