from dataclasses import replace
from pathlib import Path

import pytest

from assignment.data.dataset import Provenance
from assignment.figures.style import new_figure


@pytest.fixture
def run(make_run):
    return make_run(firstname="ana", seed=7)


def test_the_caption_names_the_run_and_its_images(run):
    assert run.caption == "ana, seed 7."
    real = run.with_provenance(Provenance("folder data", "Fashion-MNIST (Zalando Research)", "MD5", is_standin=False))
    assert real.caption == "ana, seed 7. Images: Fashion-MNIST (Zalando Research)."
    assert run.provenance is None


def test_before_step_1_the_images_have_no_provenance(run):
    with pytest.raises(RuntimeError, match="step 1"):
        _ = run.images_from


def test_the_caption_names_the_practices(make_run):
    assert make_run(firstname="ana", seed=7, practice=("ema", "hinge")).caption == "ana, seed 7, hinge, ema."


def test_a_saved_figure_is_passed_to_the_screen(run, tmp_path):
    saved = []

    class RecordingScreen:
        def saved(self, path: Path, quiet: bool):
            saved.append((path, quiet))

    path = tmp_path / "figure.png"
    replace(run, screen=RecordingScreen()).save_figure(new_figure(1, 1, "", ""), path, quiet=True)
    assert path.is_file() and saved == [(path, True)]


@pytest.mark.parametrize("choice", [None, True, False])
@pytest.mark.parametrize("is_standin", [True, False])
def test_the_stand_in_is_evaluated_only_if_the_user_asks(make_run, choice, is_standin):
    provenance = Provenance("there", "caption", "MD5", is_standin)
    run = make_run(provenance=provenance, evaluation=choice)
    assert run.is_evaluated == ((not is_standin) if choice is None else choice)
