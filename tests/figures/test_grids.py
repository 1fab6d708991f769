import numpy as np
import pytest

from assignment.figures.grids import image_grid, row_grid

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


def test_another_grid_with_a_name_above_every_image():
    figure = image_grid(IMAGES, "title", "caption", 2, 6, size=(12, 5), names=[f"name {n}" for n in range(12)])
    assert figure.get_size_inches().tolist() == [12, 5]
    assert figure.axes[0].get_subplotspec().get_gridspec().get_geometry() == (2, 6)
    assert [axes.get_title() for axes in figure.axes] == [f"name {n}" for n in range(12)]


@pytest.mark.parametrize(
    ("names", "slanted"), [(["0.0", "0.5", "1.0"], False), (["Bag", "Trouser", "T-shirt/top"], True)]
)
def test_columns_have_names_that_do_not_meet(names, slanted):
    figure = row_grid(IMAGES[:6], ["one", "two"], "title", "caption", column_names=names)
    (axes,) = figure.axes
    figure.draw_without_rendering()
    labels = axes.get_xticklabels()
    assert [label.get_text() for label in labels] == names
    assert axes.get_xticks().tolist() == [13.5, 43.5, 73.5]  # the middles of the images
    assert {label.get_rotation() > 0 for label in labels} == {slanted}
    assert all(label.get_window_extent().y0 >= axes.bbox.y1 for label in labels), "above the images"


def test_another_number_of_images_is_refused():
    with pytest.raises(ValueError):
        image_grid(IMAGES[:11], "title", "caption")


def test_it_carries_its_title_and_its_caption():
    figure = image_grid(IMAGES, "12 images", "ana, seed 1.")
    assert figure.get_suptitle() == "12 images"
    assert "ana, seed 1." in [text.get_text() for text in figure.texts]


def test_a_table_has_its_rows_names_and_every_image_in_its_place():
    shades = np.linspace(-1, 1, 6).reshape(6, 1, 1, 1) * np.ones((1, 28, 28, 1))
    figure = row_grid(shades, ["zero", "one"], "title", "caption", columns="from here to there")
    (axes,) = figure.axes
    table = axes.images[0].get_array()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["zero", "one"]
    assert axes.get_xlabel() == "from here to there" and figure.get_suptitle() == "title"
    assert table.shape == (58, 88) and axes.images[0].get_clim() == (-1, 1)
    for number, shade in enumerate(np.linspace(-1, 1, 6)):
        row, column = divmod(number, 3)
        np.testing.assert_allclose(table[row * 30 : row * 30 + 28, column * 30 : column * 30 + 28], shade)
    assert table.mask[28:30].all() and table.mask[:, 28:30].all()


@pytest.mark.parametrize(("images", "names"), [(5, ["a", "b"]), (4, [])])
def test_images_that_do_not_fill_the_rows_are_an_error(images, names):
    with pytest.raises(ValueError, match="do not fill"):
        row_grid(np.zeros((images, 28, 28)), names, "", "")
