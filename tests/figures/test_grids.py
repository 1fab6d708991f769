import numpy as np
import pytest

from assignment.figures.grids import image_grid, row_grid

IMAGES = np.linspace(-1, 1, 12).reshape(12, 1, 1) * np.ones((1, 28, 28))


def geometry(figure):
    """The rows and columns of the figure's subplots."""
    return figure.axes[0].get_subplotspec().get_gridspec().get_geometry()


@pytest.mark.parametrize("images", [IMAGES, IMAGES[..., np.newaxis]], ids=["without channel", "with channel"])
def test_image_grid_is_the_sheets_by_default(images):
    figure = image_grid(images, "title", "caption")
    assert figure.get_size_inches().tolist() == [8, 8]
    assert len(figure.axes) == 12 and geometry(figure) == (4, 3)
    for axes, expected in zip(figure.axes, IMAGES):
        assert not len(axes.get_xticks()) and not len(axes.get_yticks())
        (image,) = axes.images
        np.testing.assert_array_equal(image.get_array(), expected)
        assert image.get_clim() == (-1, 1) and image.get_cmap().name == "gray"


def test_image_grid_can_have_another_shape_and_a_name_above_every_image():
    names = [f"name {number}" for number in range(12)]
    figure = image_grid(IMAGES, "title", "caption", 2, 6, size=(12, 5), names=names)
    assert figure.get_size_inches().tolist() == [12, 5]
    assert geometry(figure) == (2, 6)
    assert [axes.get_title() for axes in figure.axes] == names


@pytest.mark.parametrize("count", [11, 13])
def test_image_grid_refuses_another_number_of_images(count):
    with pytest.raises(ValueError):
        image_grid(np.zeros((count, 28, 28)), "title", "caption")


def test_image_grid_has_its_title_and_caption():
    figure = image_grid(IMAGES, "12 images", "ana, seed 1.")
    assert figure.get_suptitle() == "12 images"
    assert "ana, seed 1." in [text.get_text() for text in figure.texts]


@pytest.mark.parametrize(
    ("names", "are_slanted"), [(["0.0", "0.5", "1.0"], False), (["Bag", "Trouser", "T-shirt/top"], True)]
)
def test_column_names_are_above_the_images_and_slanted_if_they_are_long(names, are_slanted):
    figure = row_grid(IMAGES[:6], ["one", "two"], "title", "caption", column_names=names)
    (axes,) = figure.axes
    figure.draw_without_rendering()
    labels = axes.get_xticklabels()
    assert [label.get_text() for label in labels] == names
    assert axes.get_xticks().tolist() == [13.5, 43.5, 73.5]  # the centers of the images
    assert {label.get_rotation() > 0 for label in labels} == {are_slanted}
    assert all(label.get_window_extent().y0 >= axes.bbox.y1 for label in labels), "must not cover the images"


def test_row_grid_has_its_row_names_and_every_image_at_its_position():
    shades = np.linspace(-1, 1, 6).reshape(6, 1, 1, 1) * np.ones((1, 28, 28, 1))
    figure = row_grid(shades, ["zero", "one"], "title", "caption", column_axis="from left to right")
    (axes,) = figure.axes
    table = axes.images[0].get_array()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["zero", "one"]
    assert axes.get_xlabel() == "from left to right" and figure.get_suptitle() == "title"
    assert table.shape == (58, 88) and axes.images[0].get_clim() == (-1, 1)
    for number, shade in enumerate(np.linspace(-1, 1, 6)):
        row, column = divmod(number, 3)
        np.testing.assert_allclose(table[row * 30 : row * 30 + 28, column * 30 : column * 30 + 28], shade)
    assert table.mask[28:30].all() and table.mask[:, 28:30].all()


@pytest.mark.parametrize(("count", "names"), [(5, ["a", "b"]), (4, [])])
def test_row_grid_refuses_images_that_do_not_fill_the_rows(count, names):
    with pytest.raises(ValueError, match="do not fill"):
        row_grid(np.zeros((count, 28, 28)), names, "", "")
