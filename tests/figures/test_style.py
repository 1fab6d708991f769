import numpy as np
import pytest

from assignment.figures.curves import loss_curves
from assignment.figures.grids import image_grid
from assignment.figures.style import new_figure, save, signature


@pytest.mark.parametrize(
    "figure",
    [
        image_grid(np.zeros((12, 28, 28)), "A grid", "caption"),
        loss_curves([1, 2], [0.5, 0.6], [1.0, 2.0], "Losses", "caption"),
    ],
    ids=["grid", "curves"],
)
def test_title_axes_and_caption_do_not_touch(figure):
    figure.canvas.draw()
    page = figure.bbox
    axes_boxes = [axes.get_tightbbox() for axes in figure.axes]
    title, caption = (text.get_window_extent() for text in (figure._suptitle, figure.texts[-1]))
    assert title.y1 < page.y1 and caption.y0 > page.y0
    assert max(box.y1 for box in axes_boxes) < title.y0
    assert min(box.y0 for box in axes_boxes) > caption.y1


def test_long_first_name_fits_the_page():
    figure = new_figure(8, 8, "generator_model_" + "W" * 64, "W" * 64 + ", seed 1. Images: drawn stand-in.")
    for text in (figure._suptitle, figure.texts[-1]):
        extent = text.get_window_extent()
        assert 0 < extent.x0 and extent.x1 < figure.bbox.x1


def test_figure_is_saved_as_png_without_a_temporary_file(tmp_path):
    save(new_figure(2, 2, "title", "caption"), tmp_path / "figure.png")
    assert [path.name for path in tmp_path.iterdir()] == ["figure.png"]
    assert (tmp_path / "figure.png").read_bytes()[:4] == b"\x89PNG"


def test_signature_has_the_first_name_the_seed_and_the_practices():
    assert signature("ana", 7, ()) == "ana, seed 7"
    assert signature("ana", 7, ("hinge", "ema")) == "ana, seed 7, hinge, ema"
