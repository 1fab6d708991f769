import numpy as np
import pytest

from assignment.fashion.step2_display import display_images


def test_the_caption_may_be_left_out():
    assert len(display_images(np.zeros((12, 28, 28))).axes) == 12


@pytest.mark.parametrize("channels", [(), (1,)])
def test_the_first_twelve_images_are_drawn_in_the_sheets_figure(channels):
    dataset = np.random.default_rng(0).uniform(-1, 1, (20, 28, 28, *channels))
    figure = display_images(dataset, "caption")
    assert figure.get_size_inches().tolist() == [8, 8] and len(figure.axes) == 12
    for axes, image in zip(figure.axes, dataset):
        np.testing.assert_array_equal(axes.images[0].get_array(), image.reshape(28, 28))
