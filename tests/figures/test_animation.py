import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from assignment.data import garments
from assignment.data.dataset import TROUSER
from assignment.figures import animation
from assignment.figures.animation import save_animation
from assignment.figures.grids import image_grid


@pytest.mark.parametrize(("grids", "frames"), [(1, 1), (3, 3), (17, 4)])
def test_animation_has_frames_from_the_first_grid_to_the_last(tmp_path, monkeypatch, grids, frames):
    monkeypatch.setattr(animation, "MAX_FRAMES", 4)  # fewer than in a real animation, since drawing takes time
    shades = np.linspace(-1, 1, grids + 1)[1:]
    path = tmp_path / "animation.gif"
    titles = [f"epoch {number}" for number in range(grids)]
    save_animation(path, [np.full((12, 28, 28, 1), shade) for shade in shades], titles, "caption", image_grid)
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == frames
        assert picture.size == (560, 560)
        picture.seek(frames - 1)
        last = np.asarray(picture.convert("L"))
        assert last[200, 200] > 250  # the last frame's images are white
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_animation_of_thirty_grids_of_garments_is_about_a_megabyte(tmp_path):
    grids = [pixels / 127.5 - 1 for pixels in garments.draw_garments(TROUSER, 60 * 12).reshape(60, 12, 28, 28)]
    path = tmp_path / "animation.gif"
    save_animation(path, grids, ["epoch"] * 60, "caption", image_grid)
    with Image.open(path) as picture:
        assert picture.n_frames == 30
    assert path.stat().st_size < 1.5e6


def test_every_frame_has_its_title_and_the_caption(tmp_path, monkeypatch):
    frames = []
    draw = FigureCanvasAgg.draw

    def record_texts(canvas):
        texts = [text.get_text() for text in canvas.figure.texts]
        frames.append((canvas.figure.get_suptitle(), "drawn stand-in" in texts))
        draw(canvas)

    monkeypatch.setattr(FigureCanvasAgg, "draw", record_texts)
    grids, titles = [np.zeros((12, 28, 28))] * 3, ["untrained", "epoch 1", "epoch 2"]
    save_animation(tmp_path / "animation.gif", grids, titles, "drawn stand-in", image_grid)
    assert frames == [("untrained", True), ("epoch 1", True), ("epoch 2", True)]
