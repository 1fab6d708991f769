"""The MNIST exercise's steps in one process, on 80 of the stand-in's digits."""

import json

import keras
import numpy as np
import pytest

from assignment.digits.track import TRACK
from assignment.session.stages import run_steps
from assignment.settings.tracks import DigitsSettings

pytestmark = pytest.mark.usefixtures("few_digits")


@pytest.mark.slow
def test_a_complete_run_writes_its_files_and_a_continued_one_the_same(
    make_run, printed, few_digits, check_written_files
):
    """The continued run ends with the same grid and weights bit for bit, although the discriminator has dropout."""

    def read_results(run):
        model = keras.models.load_model(run.workspace.discriminator_model, compile=False)
        return run.workspace.grid(2).read_bytes(), [weight.tobytes() for weight in model.get_weights()]

    run = make_run(DigitsSettings)
    assert run_steps(TRACK, run) is None
    assert few_digits == ["mnist"]
    check_written_files(run, "step7_grid_epoch_0001.png", "step7_grid_epoch_0002.png")
    for words in ("The gradient tapes are separate", "Not the real images", "open "):
        assert words in printed(run)
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 4)
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100), np.float32), verbose=0).shape == (2, 28, 28, 1)

    expected = read_results(run)
    run_steps(TRACK, make_run(DigitsSettings, epochs=1, fresh=True))
    continued = make_run(DigitsSettings)
    run_steps(TRACK, continued)
    assert "continuing at epoch 2 of 2" in printed(continued) and read_results(continued) == expected


@pytest.mark.usefixtures("quick_figures")
def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(DigitsSettings, epochs=1))
