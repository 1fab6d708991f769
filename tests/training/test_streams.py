import keras
import numpy as np
import pytest

from assignment.training.streams import (
    DISCRIMINATOR,
    GENERATOR,
    Purpose,
    draw_noise,
    image_order,
    seed_initial_weights,
    training_labels,
)


def test_every_epoch_has_each_image_once_in_a_new_order():
    first, second = image_order(1, 1, 50), image_order(1, 2, 50)
    assert sorted(first) == sorted(second) == list(range(50))
    assert not np.array_equal(first, second)


def test_noise_repeats_for_the_same_seed_purpose_and_position_and_changes_with_each():
    size = {"count": 4, "latent_dim": 5}
    noise = draw_noise(1, Purpose.TRAINING_NOISE, 2, 3, **size)
    assert noise.shape == (4, 5) and noise.dtype == np.float32
    np.testing.assert_array_equal(noise, draw_noise(1, Purpose.TRAINING_NOISE, 2, 3, **size))
    others = [
        draw_noise(2, Purpose.TRAINING_NOISE, 2, 3, **size),
        draw_noise(1, Purpose.TRAINING_NOISE, 3, 3, **size),
        draw_noise(1, Purpose.TRAINING_NOISE, 2, 4, **size),
        draw_noise(1, Purpose.GRID_NOISE, **size),
        draw_noise(1, Purpose.PROOF_NOISE, **size),
    ]
    assert len({array.tobytes() for array in (noise, *others)}) == 6


def test_noise_is_standard_normal():
    noise = draw_noise(1, Purpose.GRID_NOISE, count=1000, latent_dim=100)
    assert abs(noise.mean()) < 0.01 and abs(noise.std() - 1) < 0.01


def test_draws_of_a_seed_never_change():
    """A run's results follow from its seed, and must not depend on the version of NumPy or on the system."""
    noise = draw_noise(1, Purpose.TRAINING_NOISE, 1, 0, count=1, latent_dim=3)
    np.testing.assert_allclose(noise, [[-0.37194097, 0.29190254, 0.75764197]], rtol=1e-6)
    assert image_order(1, 1, 7000)[:5].tolist() == [1968, 399, 6631, 2278, 5533]


@pytest.mark.parametrize("count", [64, 10, 3, 128])
def test_labels_for_fakes_are_balanced_in_each_update_and_overall(count):
    labels = np.stack([training_labels(1, 1, update, count, 10) for update in range(300)])
    assert labels.shape == (300, count, 1) and labels.dtype == np.int32
    counts = np.stack([np.bincount(update_labels.ravel(), minlength=10) for update_labels in labels])
    assert (counts.max(axis=1) - counts.min(axis=1)).max() <= 1
    assert (counts.sum(axis=0) / labels.size).min() > 0.07
    assert len(np.unique(labels.reshape(300, -1), axis=0)) > 200, "the order changes with the update"


def test_labels_for_fakes_follow_from_the_seed_and_the_update():
    labels = training_labels(1, 2, 3, 64, 10)
    np.testing.assert_array_equal(labels, training_labels(1, 2, 3, 64, 10))
    assert not np.array_equal(labels, training_labels(2, 2, 3, 64, 10))


def test_initial_weights_follow_from_the_seed_and_the_network():
    def build(seed, network):
        seed_initial_weights(seed, network)
        return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).get_weights()[0].tobytes()

    weights = build(1, GENERATOR)
    assert weights == build(1, GENERATOR)
    assert len({weights, build(1, DISCRIMINATOR), build(2, GENERATOR)}) == 3
