import numpy as np

from assignment.foreign.metadata import ModelMetadata
from assignment.generators.samples import generate_samples
from assignment.training.streams import Purpose, draw_noise

DIGITS = ModelMetadata("conditional", "ana", 1, "a stand-in", tuple("0123456789"))


def test_the_images_of_a_label_do_not_depend_on_the_other_labels(generator):
    alone = generate_samples(generator, DIGITS, [7], 4, seed=1)
    with_another = generate_samples(generator, DIGITS, [2, 7], 4, seed=1)
    np.testing.assert_array_equal(with_another.noise[4:], alone.noise)
    np.testing.assert_allclose(with_another.images[4:], alone.images, atol=1e-5)
    assert not np.allclose(generate_samples(generator, DIGITS, [7], 4, seed=2).images, alone.images)


def test_the_noise_is_drawn_from_the_seed_and_the_label(generator):
    noise = generate_samples(generator, DIGITS, [2, 7], 4, seed=3).noise
    for rows, label in ((noise[:4], 2), (noise[4:], 7)):
        expected = draw_noise(3, Purpose.SAMPLE_NOISE, label, count=4, latent_dim=100)
        np.testing.assert_array_equal(rows, expected)
