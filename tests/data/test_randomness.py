import numpy as np

from assignment.data.randomness import Chance


def test_the_same_seeds_draw_the_same():
    chances = Chance([1, 2], 5), Chance([1, 2], 5)
    draws = [(chance.between(2, 3), chance.one_of(4), chance.noise(0.5)) for chance in chances]
    for one, again in zip(*draws):
        np.testing.assert_array_equal(one, again)
    assert not np.array_equal(Chance([1, 3], 5).between(2, 3), draws[0][0])


def test_shapes_and_ranges():
    chance = Chance([0], 1_000)
    assert chance.between(2, 3).shape == chance.one_of(4).shape == (1_000, 1, 1)
    assert 2 <= chance.between(2, 3).min() < 2.1 and 2.9 < chance.between(2, 3).max() <= 3
    assert set(chance.one_of(4).flat) == {0, 1, 2, 3}
    assert chance.noise(0.5).shape == (1_000, 28, 28) and abs(chance.noise(0.5).std() - 0.5) < 0.01
