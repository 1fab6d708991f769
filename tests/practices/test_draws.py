import numpy as np
import tensorflow as tf

from assignment.practices.draws import Purpose, place, updates_done


def drawn(gan, seed, purpose):
    return tf.random.stateless_normal((4,), place(gan, seed, purpose)).numpy()


def test_the_same_place_gives_the_same_numbers_and_any_other_gives_others(make_gan):
    gan = make_gan()
    one = drawn(gan, 1, Purpose.NOISE_ON_REALS)
    np.testing.assert_array_equal(one, drawn(gan, 1, Purpose.NOISE_ON_REALS))
    others = [drawn(gan, 1, Purpose.NOISE_ON_FAKES), drawn(gan, 2, Purpose.NOISE_ON_REALS)]
    gan.discriminator.optimizer.iterations.assign(1)
    others.append(drawn(gan, 1, Purpose.NOISE_ON_REALS))
    assert all(not np.array_equal(one, other) for other in others)
    assert int(updates_done(gan)) == 0
    gan.combined.optimizer.iterations.assign(3)
    assert int(updates_done(gan)) == 3


def test_no_two_seeds_share_a_place(make_gan):
    gan = make_gan()
    places = {tuple(place(gan, seed, purpose).numpy()) for seed in range(50) for purpose in Purpose}
    assert len(places) == 50 * len(Purpose)


def test_the_numbers_never_change_their_meaning():
    assert [purpose.value for purpose in Purpose] == list(range(1, len(Purpose) + 1))
