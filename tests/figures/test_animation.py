import numpy as np
import pytest
from PIL import Image

from assignment.figures.animation import MOST_FRAMES, save_animation


@pytest.mark.parametrize(("frames", "shown"), [(1, 1), (3, 3), (61, MOST_FRAMES)])
def test_frames_from_the_first_to_the_last(tmp_path, frames, shown):
    shades = np.linspace(-1, 1, frames + 1)[1:]
    grids = [np.full((12, 28, 28, 1), shade) for shade in shades]
    path = tmp_path / "animation.gif"
    save_animation(path, grids, [f"epoch {number}" for number in range(frames)], "caption")
    with Image.open(path) as picture:
        assert getattr(picture, "n_frames", 1) == shown
        assert picture.size == (400, 400)
        picture.seek(shown - 1)
        last = np.asarray(picture.convert("L"))
        assert last[200, 200] > 250 or frames == 1  # the last frame's images are white
    assert list(tmp_path.iterdir()) == [path]


def test_sixty_frames_stay_near_a_megabyte(tmp_path):
    random = np.random.default_rng(0)
    grids = [random.uniform(-1, 1, (12, 28, 28, 1)) for _ in range(60)]
    save_animation(tmp_path / "animation.gif", grids, ["epoch"] * 60, "caption")
    assert (tmp_path / "animation.gif").stat().st_size < 6e6  # noise packs worst; garments take a quarter of it
