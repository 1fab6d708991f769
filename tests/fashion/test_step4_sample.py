import numpy as np

from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step4_sample import draw_samples, sample_generator


def test_twelve_samples_are_drawn_in_the_sheets_figure():
    generator = build_generator("ana", seed=1)
    noise = np.random.default_rng(0).standard_normal((12, 100), np.float32)
    images = sample_generator(generator, noise)
    np.testing.assert_array_equal(images, generator(noise, training=False))
    figure = draw_samples(images, "title", "caption")
    assert figure.get_size_inches().tolist() == [8, 8] and len(figure.axes) == 12
    for axes, image in zip(figure.axes, images):
        np.testing.assert_array_equal(axes.images[0].get_array(), image[..., 0])


def test_the_noise_and_the_texts_may_be_left_out():
    images = sample_generator(build_generator("ana"))
    np.testing.assert_array_equal(images, sample_generator(build_generator("bo", seed=1)))
    assert len(draw_samples(images).axes) == 12
