import numpy as np
import pytest

from assignment.figures.grids import image_grid

IMAGES = np.linspace(-1, 1, 12).reshape(12, 1, 1) * np.ones((1, 28, 28))


@pytest.mark.parametrize("images", [IMAGES, IMAGES[..., np.newaxis]])
def test_the_sheets_figure(images):
    figure = image_grid(images, "title", "caption")
    assert figure.get_size_inches().tolist() == [8, 8]
    assert len(figure.axes) == 12
    assert figure.axes[0].get_subplotspec().get_gridspec().get_geometry() == (4, 3)
    for axes, image in zip(figure.axes, IMAGES):
        assert not len(axes.get_xticks()) and not len(axes.get_yticks())
        (shown,) = axes.images
        np.testing.assert_array_equal(shown.get_array(), image)
        assert shown.get_clim() == (-1, 1) and shown.get_cmap().name == "gray"


def test_another_number_of_images_is_refused():
    with pytest.raises(ValueError):
        image_grid(IMAGES[:11], "title", "caption")


def test_it_carries_its_title_and_its_caption():
    figure = image_grid(IMAGES, "12 images", "ana, seed 1.")
    assert figure.get_suptitle() == "12 images"
    assert "ana, seed 1." in [text.get_text() for text in figure.texts]
