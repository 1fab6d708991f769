from dataclasses import replace
from pathlib import Path

import pytest

from assignment.data.dataset import Provenance
from assignment.session.run import Run
from assignment.settings.tracks import FashionSettings


@pytest.fixture
def run():
    return Run(FashionSettings("ana", seed=7), workspace=None, screen=None, command="", precision="float32")


def test_the_caption_names_the_run_and_its_images(run):
    assert run.caption == "ana, seed 7."
    real = run.with_provenance(Provenance("folder data", "Fashion-MNIST (Zalando Research)", "MD5", is_standin=False))
    assert real.caption == "ana, seed 7. Images: Fashion-MNIST (Zalando Research)."
    assert run.provenance is None


def test_the_caption_names_the_practices(run):
    settings = FashionSettings("ana", seed=7, practice=("ema", "hinge"))
    assert replace(run, settings=settings).caption == "ana, seed 7, hinge, ema."


def test_a_figure_reaches_its_file_and_the_screen(run, tmp_path):
    from assignment.figures.style import new_figure

    told = []

    class Listener:
        def saved(self, path: Path, quiet: bool):
            told.append((path, quiet))

    path = tmp_path / "figure.png"
    replace(run, screen=Listener()).save_figure(new_figure(1, 1, "", ""), path, quiet=True)
    assert path.is_file() and told == [(path, True)]
