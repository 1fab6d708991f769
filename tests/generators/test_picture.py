import numpy as np
import pytest

from assignment.foreign.metadata import ModelMetadata
from assignment.generators.picture import draw_picture
from assignment.generators.samples import Samples, generate_samples

GARMENTS = ModelMetadata("conditional", "ana", 1, "a stand-in", ("T-shirt/top", "Trouser", "Bag"))
WITHOUT_LABELS = GARMENTS._replace(classes=())


def test_each_label_has_one_or_more_rows_and_the_first_is_named(generator):
    figure = draw_picture(generate_samples(generator, GARMENTS, [0, 2], 14, seed=1), "ana", 1)
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["T-shirt/top", "", "Bag", ""]
    assert "28 samples" in figure.get_suptitle() and "a stand-in" in figure.texts[-1].get_text()


def test_only_the_first_images_of_each_label_are_drawn_if_there_are_many():
    images = np.linspace(-1, 1, 2 * 1000, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)
    figure = draw_picture(Samples(images, np.zeros((2000, 100), np.float32), [0, 2], GARMENTS), "ana", 1)
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert len(names) == 60 and names[30] == "Bag"
    assert figure.get_suptitle() == "The first 360 of 1000 samples of each label by ana's conditional generator"
    picture = figure.axes[0].images[0].get_array()
    assert picture[30 * 30, 0] == images[1000, 0, 0, 0]


def test_the_picture_of_one_sample_has_a_singular_title_and_a_legible_caption(generator):
    figure = draw_picture(generate_samples(generator, GARMENTS, [0], 1, seed=1), "ana", 1)
    assert figure.get_suptitle().startswith("1 sample of") and figure.texts[-1].get_fontsize() == 8


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(1, 1, 1), (2, 2, 1), (5, 3, 2), (12, 4, 3), (13, 5, 3), (16, 4, 4), (36, 6, 6)]
)
def test_a_few_images_without_labels_are_drawn_in_a_grid_like_the_sheets(count, rows, columns):
    images = np.linspace(-1, 1, count, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1), np.float32)
    figure = draw_picture(Samples(images, np.zeros((count, 100), np.float32), [None], WITHOUT_LABELS), "ana", 1)
    visible = [axes for axes in figure.axes if axes.get_visible()]
    assert figure.axes[0].get_gridspec().get_geometry() == (rows, columns) and len(visible) == count
    for axes, image in zip(visible, images):
        np.testing.assert_array_equal(axes.images[0].get_array(), image[..., 0])


def test_many_images_without_labels_are_drawn_in_a_table():
    samples = Samples(np.zeros((800, 28, 28, 1), np.float32), np.zeros((800, 100), np.float32), [None], WITHOUT_LABELS)
    figure = draw_picture(samples, "ana", 1)
    assert (
        len(figure.axes) == 1 and figure.get_suptitle() == "The first 720 of 800 samples by ana's conditional generator"
    )
