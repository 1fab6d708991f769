import numpy as np
import pytest

from assignment.conditional.networks import build_generator
from assignment.conditional.walks import STEPS, label_walk, noise_walk
from assignment.practices.labels import ConditionalBatchNormalization
from assignment.practices.practice import PracticeContext


@pytest.fixture(scope="module")
def generator():
    return build_generator("ana", 1)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).standard_normal((2, 100), np.float32)


def generate(generator, noise, label):
    """Return the image of one noise vector and one label."""
    return generator([noise, np.array([[label]], np.int32)], training=False).numpy()[0]


def test_the_noise_walk_has_a_row_for_each_label_from_the_first_noise_vector_to_the_second(generator, noise):
    rows = noise_walk(generator, noise).reshape(10, STEPS, 28, 28, 1)
    for label in (0, 3, 9):
        np.testing.assert_allclose(rows[label, 0], generate(generator, noise[:1], label), atol=1e-5)
        np.testing.assert_allclose(rows[label, -1], generate(generator, noise[1:], label), atol=1e-5)
    assert len(np.unique(rows[3].reshape(STEPS, -1), axis=0)) == STEPS


def test_the_label_walk_goes_from_each_label_to_the_next_and_from_the_last_to_the_first(generator, noise):
    rows = label_walk(generator, noise[:1]).reshape(10, STEPS, 28, 28, 1)
    for label in (0, 3, 9):
        np.testing.assert_allclose(rows[label, 0], generate(generator, noise[:1], label), atol=1e-5)
        np.testing.assert_allclose(rows[label, -1], generate(generator, noise[:1], (label + 1) % 10), atol=1e-5)
    assert len(np.unique(rows[3].reshape(STEPS, -1), axis=0)) == STEPS


def test_the_label_walk_goes_through_all_embeddings(generator, noise):
    context = PracticeContext(seed=1, batch_size=8, tapes=False)
    conditional = ConditionalBatchNormalization(context).generator(generator)
    shift = conditional.get_layer("upsample_28_norm_shift")
    shift.set_weights([np.random.default_rng(0).standard_normal((10, 32))])
    rows = label_walk(conditional, noise[:1]).reshape(10, STEPS, 28, 28, 1)
    for label in (0, 3, 9):
        np.testing.assert_allclose(rows[label, 0], generate(conditional, noise[:1], label), atol=1e-5)
        np.testing.assert_allclose(rows[label, -1], generate(conditional, noise[:1], (label + 1) % 10), atol=1e-5)


def test_a_generator_in_bfloat16_can_be_walked(noise):
    generator = build_generator("ana", 1, "mixed_bfloat16")
    for rows in (noise_walk(generator, noise), label_walk(generator, noise[:1])):
        assert rows.shape == (100, 28, 28, 1) and np.isfinite(rows).all()
        np.testing.assert_allclose(
            rows[0], generate(generator, noise[:1], 0), atol=0.02
        )  # bfloat16 has 8 significant bits: 1/256 per operation
