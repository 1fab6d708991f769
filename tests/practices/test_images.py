import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment.practices.images import (
    DEVIATION,
    HALVED_EVERY,
    PHASE,
    REMEMBERED,
    at_size,
    grown,
    mixed_with_earlier,
    noisy,
)
from assignment.training.gan import Gan
from assignment.training.steps import Shown


@pytest.fixture
def gan(make_gan):
    return make_gan()


def set_updates(gan, number):
    gan.combined.optimizer.iterations.assign(number)
    gan.discriminator.optimizer.iterations.assign(2 * number)


@pytest.mark.parametrize(("updates", "deviation"), [(0, DEVIATION), (HALVED_EVERY, DEVIATION / 2)])
def test_instance_noise_becomes_less(gan, updates, deviation):
    set_updates(gan, updates)
    images = tf.fill((50, 28, 28, 1), 0.25)
    added = noisy(images, real=True, gan=gan, seed=1).numpy() - 0.25
    assert added.std() == pytest.approx(deviation, rel=0.02) and abs(added.mean()) < 0.01
    assert not np.array_equal(added, noisy(images, real=False, gan=gan, seed=1).numpy() - 0.25)


def test_at_a_size_every_square_has_its_mean():
    images = np.arange(784, dtype=np.float32).reshape(1, 28, 28, 1)
    coarse = at_size(images, 7).numpy()
    assert coarse.shape == images.shape
    for row in range(7):
        square = images[0, 4 * row : 4 * row + 4, 8:12]
        assert np.unique(coarse[0, 4 * row : 4 * row + 4, 8:12]).tolist() == [square.mean()]
    np.testing.assert_array_equal(at_size(images, 28), images)


@pytest.mark.parametrize(
    ("updates", "share_of_14", "share_of_28"),
    [
        (0, 0, 0),
        (PHASE, 0, 0),
        (PHASE * 1.5, 0.5, 0),
        (2 * PHASE, 1, 0),
        (3 * PHASE, 1, 0),
        (PHASE * 3.5, 1, 0.5),
        (4 * PHASE, 1, 1),
        (99 * PHASE, 1, 1),
    ],
)
def test_sizes_fade_in_one_after_another(gan, updates, share_of_14, share_of_28):
    set_updates(gan, int(updates))
    images = np.random.default_rng(0).standard_normal((2, 28, 28, 1)).astype(np.float32)
    at_14 = (1 - share_of_14) * at_size(images, 7) + share_of_14 * at_size(images, 14)
    wanted = (1 - share_of_28) * at_14 + share_of_28 * images
    np.testing.assert_allclose(grown(images, real=True, gan=gan), wanted, atol=1e-6)


def remembering(gan, labels=False):
    images = keras.Variable(np.zeros((REMEMBERED, 28, 28, 1), np.float32), trainable=False)
    of_class = keras.Variable(np.zeros((REMEMBERED, 1), np.int32), trainable=False, dtype="int32")
    return Gan(*gan.models, memory=(images, of_class, keras.Variable(0, trainable=False, dtype="int32")))


def fakes(value, count=8, labels=None):
    return Shown(tf.fill((count, 28, 28, 1), float(value)), labels, tf.zeros((count, 1)))


def test_half_of_the_fakes_are_earlier_ones(gan):
    gan = remembering(gan)
    for value in (1, 2, 3):
        set_updates(gan, value)
        shown = mixed_with_earlier(fakes(value), gan=gan, seed=1).images.numpy()[:, 0, 0, 0]
        assert shown[:4].tolist() == [value] * 4 and set(shown[4:]) <= set(range(1, value + 1))
    assert int(gan.memory[2]) == 12
    assert gan.memory[0].numpy()[:13, 0, 0, 0].tolist() == [1] * 4 + [2] * 4 + [3] * 4 + [0]


def test_what_is_recalled_is_from_all_over_the_memory(gan):
    gan = remembering(gan)
    numbers = np.arange(REMEMBERED, dtype=np.float32).reshape(-1, 1, 1, 1)
    gan.memory[0].assign(numbers * np.ones((28, 28, 1), np.float32))
    gan.memory[2].assign(REMEMBERED)
    recalled = mixed_with_earlier(fakes(-1, count=200), gan=gan, seed=1).images.numpy()[100:, 0, 0, 0]
    assert len(set(recalled)) > 80 and recalled.min() < 100 and recalled.max() > 900


def test_a_full_memory_forgets_some_and_keeps_the_rest(gan):
    gan = remembering(gan)
    gan.memory[0].assign(np.ones_like(gan.memory[0]))
    gan.memory[2].assign(REMEMBERED)
    mixed_with_earlier(fakes(5), gan=gan, seed=1)
    values, counts = np.unique(gan.memory[0].numpy()[:, 0, 0, 0], return_counts=True)
    assert values.tolist() == [1, 5] and counts.tolist() == [REMEMBERED - 4, 4]


@pytest.mark.parametrize("size", [100, 2 * REMEMBERED + 2])
def test_no_blank_image_is_ever_remembered(gan, size):
    """Batches whose half does not divide the memory, and one that is larger than it."""
    gan = remembering(gan)
    for number in range(REMEMBERED // 50 + 3):
        set_updates(gan, number)
        shown = mixed_with_earlier(fakes(1, count=size), gan=gan, seed=1).images.numpy()
        assert shown.shape == (size, 28, 28, 1) and (shown == 1).all()
        if size > REMEMBERED:
            break
    assert int(gan.memory[2]) == REMEMBERED and (gan.memory[0].numpy() == 1).all()


def test_remembered_images_keep_their_labels(gan):
    gan = remembering(gan)
    for value in (1, 2, 3):
        set_updates(gan, value)
        shown = mixed_with_earlier(fakes(value, labels=tf.fill((8, 1), value)), gan=gan, seed=1)
        assert shown.images.numpy()[:, 0, 0, 0].tolist() == shown.labels.numpy()[:, 0].tolist()


def test_a_single_fake_has_no_half(gan):
    gan = remembering(gan)
    assert mixed_with_earlier(fakes(1, count=1), gan=gan, seed=1).images.shape == (1, 28, 28, 1)
