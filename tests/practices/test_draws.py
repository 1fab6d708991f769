import numpy as np
import tensorflow as tf

from assignment.practices.draws import Purpose, draw_seed, updates_done


def draw(gan, seed, purpose):
    return tf.random.stateless_normal((4,), draw_seed(gan, seed, purpose)).numpy()


def test_draw_repeats_for_the_same_seed_purpose_and_step_and_changes_with_each(gan):
    first = draw(gan, 1, Purpose.NOISE_ON_REALS)
    np.testing.assert_array_equal(first, draw(gan, 1, Purpose.NOISE_ON_REALS))
    others = [draw(gan, 1, Purpose.NOISE_ON_FAKES), draw(gan, 2, Purpose.NOISE_ON_REALS)]
    gan.discriminator.optimizer.iterations.assign(1)
    others.append(draw(gan, 1, Purpose.NOISE_ON_REALS))
    assert all(not np.array_equal(first, other) for other in others)


def test_updates_done_counts_the_generators_steps(gan):
    assert int(updates_done(gan)) == 0
    gan.combined.optimizer.iterations.assign(3)
    assert int(updates_done(gan)) == 3


def test_seeds_are_different_for_every_run_seed_and_purpose(gan):
    seeds = {tuple(draw_seed(gan, seed, purpose).numpy()) for seed in range(50) for purpose in Purpose}
    assert len(seeds) == 50 * len(Purpose)


def test_numbers_of_the_purposes_never_change():
    assert [(purpose.name, purpose.value) for purpose in Purpose] == [
        ("NOISE_ON_REALS", 1),
        ("NOISE_ON_FAKES", 2),
        ("FLIPPED_REALS", 3),
        ("FLIPPED_FAKES", 4),
        ("REPLAY_OVERWRITTEN", 5),
        ("REPLAY_RECALLED", 6),
        ("PENALTY_POINTS", 7),
        ("MIRRORED_REALS", 8),
        ("MIRRORED_FAKES", 9),
        ("CHANGES_OF_REALS", 10),
        ("CHANGES_OF_FAKES", 11),
    ]
