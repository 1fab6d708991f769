import numpy as np

from assignment.data.randomness import RandomDraws


def test_the_same_seeds_draw_the_same_numbers():
    draws = [
        (random.uniform(2, 3), random.integers(4), random.pixel_noise(0.5))
        for random in (RandomDraws([1, 2], 5), RandomDraws([1, 2], 5))
    ]
    for first, second in zip(*draws):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(RandomDraws([1, 3], 5).uniform(2, 3), draws[0][0])


def test_shapes_and_ranges():
    random = RandomDraws([0], 1_000)
    assert random.uniform(2, 3).shape == random.integers(4).shape == (1_000, 1, 1)
    assert 2 <= random.uniform(2, 3).min() < 2.1 and 2.9 < random.uniform(2, 3).max() <= 3
    assert set(random.integers(4).flat) == {0, 1, 2, 3}
    assert random.pixel_noise(0.5).shape == (1_000, 28, 28)
    assert abs(random.pixel_noise(0.5).std() - 0.5) < 0.01
