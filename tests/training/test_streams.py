import numpy as np
import pytest

from assignment.training import streams

NOISE_OF_SEED_1 = [-0.37194097, 0.29190254, 0.75764197]
ORDER_OF_SEED_1 = [1968, 399, 6631, 2278, 5533]


def test_every_image_once_an_epoch_in_a_fresh_order():
    first, second = streams.image_order(1, 1, 50), streams.image_order(1, 2, 50)
    assert sorted(first) == sorted(second) == list(range(50))
    assert not np.array_equal(first, second)


def test_the_same_place_gives_the_same_noise_and_another_place_another():
    noise = streams.training_noise(1, 2, 3, 4, 5)
    assert noise.shape == (4, 5) and noise.dtype == np.float32
    np.testing.assert_array_equal(noise, streams.training_noise(1, 2, 3, 4, 5))
    others = [
        streams.training_noise(2, 2, 3, 4, 5),
        streams.training_noise(1, 3, 3, 4, 5),
        streams.training_noise(1, 2, 4, 4, 5),
        streams.sample_noise(1, 4, 5),
        streams.proof_noise(1, 4, 5),
    ]
    drawn = [noise.tobytes(), *(other.tobytes() for other in others)]
    assert len(set(drawn)) == len(drawn)


def test_noise_is_standard_normal():
    noise = streams.sample_noise(1, 1000, 100)
    assert abs(noise.mean()) < 0.01 and abs(noise.std() - 1) < 0.01


def test_the_numbers_of_a_seed_never_change():
    # A run's figures are its seed's: another NumPy or another system must not move them.
    np.testing.assert_allclose(streams.training_noise(1, 1, 0, 1, 3), [NOISE_OF_SEED_1], rtol=1e-6)
    assert streams.image_order(1, 1, 7000)[:5].tolist() == ORDER_OF_SEED_1


@pytest.mark.parametrize("count", [64, 10, 3, 128])
def test_the_labels_asked_for_are_of_all_classes_evenly(count):
    labels = np.stack([streams.training_labels(1, 1, update, count, 10) for update in range(300)])
    assert labels.shape == (300, count, 1) and labels.dtype == np.int32
    in_an_update = np.stack([np.bincount(of.ravel(), minlength=10) for of in labels])
    assert (in_an_update.max(axis=1) - in_an_update.min(axis=1)).max() <= 1
    shares = in_an_update.sum(axis=0) / labels.size
    assert shares.min() > 0.07 and shares[9] > 0.07
    assert len(np.unique(labels.reshape(300, -1), axis=0)) > 200  # in another order every time


def test_the_labels_of_an_update_are_always_the_same():
    np.testing.assert_array_equal(streams.training_labels(1, 2, 3, 64, 10), streams.training_labels(1, 2, 3, 64, 10))
    assert not np.array_equal(streams.training_labels(1, 2, 3, 64, 10), streams.training_labels(2, 2, 3, 64, 10))
