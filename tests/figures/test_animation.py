import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from assignment.data import garments
from assignment.data.dataset import TROUSER
from assignment.figures.animation import MOST_FRAMES, save_animation
from assignment.figures.grids import image_grid


@pytest.mark.parametrize(("frames", "shown"), [(1, 1), (3, 3), (61, MOST_FRAMES)])
def test_frames_from_the_first_to_the_last(tmp_path, frames, shown):
    shades = np.linspace(-1, 1, frames + 1)[1:]
    grids = [np.full((12, 28, 28, 1), shade) for shade in shades]
    path = tmp_path / "animation.gif"
    save_animation(path, grids, [f"epoch {number}" for number in range(frames)], "caption", image_grid)
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == shown
        assert picture.size == (560, 560)
        picture.seek(shown - 1)
        last = np.asarray(picture.convert("L"))
        assert last[200, 200] > 250  # the last frame's images are white
    assert list(tmp_path.iterdir()) == [path]


def test_many_frames_of_garments_stay_near_a_megabyte(tmp_path):
    grids = [drawn / 127.5 - 1 for drawn in garments.draw_garments(TROUSER, 60 * 12).reshape(60, 12, 28, 28)]
    save_animation(tmp_path / "animation.gif", grids, ["epoch"] * 60, "caption", image_grid)
    assert (tmp_path / "animation.gif").stat().st_size < 1.5e6


def test_every_frame_has_its_title_and_the_caption(tmp_path, monkeypatch):
    drawn = []
    draw = FigureCanvasAgg.draw

    def spy(canvas):
        texts = [text.get_text() for text in canvas.figure.texts]
        drawn.append((canvas.figure.get_suptitle(), "drawn stand-in" in texts))
        draw(canvas)

    monkeypatch.setattr(FigureCanvasAgg, "draw", spy)
    grids, titles = [np.zeros((12, 28, 28))] * 3, ["untrained", "epoch 1", "epoch 2"]
    save_animation(tmp_path / "animation.gif", grids, titles, "drawn stand-in", image_grid)
    assert drawn == [("untrained", True), ("epoch 1", True), ("epoch 2", True)]
