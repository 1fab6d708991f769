import numpy as np

from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step4_sample import sample_untrained


def test_twelve_samples_in_the_sheets_figure():
    generator = build_generator("ana", seed=1)
    noise = np.random.default_rng(0).standard_normal((12, 100), np.float32)
    figure = sample_untrained(generator, noise, "caption")
    assert figure.get_size_inches().tolist() == [8, 8] and len(figure.axes) == 12
    images = generator(noise, training=False).numpy()
    for axes, image in zip(figure.axes, images):
        np.testing.assert_allclose(axes.images[0].get_array(), image[..., 0], atol=1e-6)
