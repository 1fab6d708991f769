"""The whole MNIST exercise in one process, on a few of the stand-in's digits."""

import json

import keras
import numpy as np
import pytest

from assignment.digits.track import TRACK
from assignment.session.stages import run_steps
from assignment.settings.tracks import DigitsSettings

pytestmark = pytest.mark.usefixtures("few_digits")


def test_the_whole_track(make_run, few_digits):
    run = make_run(DigitsSettings)
    assert run_steps(TRACK, run) is None
    assert few_digits == ["mnist"]
    assert sorted(path.name for path in run.workspace.folder.iterdir()) == [
        "checkpoints",
        "history.csv",
        "report.html",
        "run.json",
        "step2_real_images.png",
        "step3_generator_diagram.png",
        "step4_untrained_samples.png",
        "step5_discriminator_diagram.png",
        "step7_animation.gif",
        "step7_grid_epoch_0001.png",
        "step7_grid_epoch_0002.png",
        "step7_losses.png",
        "step7_progress.png",
    ]
    said = run.screen.console.file.getvalue()
    assert (
        "The gradient tapes are separate" in said
        and "Not the real images" in said
        and "Losses over the training" in said
    )
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 6)
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100), np.float32), verbose=0).shape == (2, 28, 28, 1)


def test_it_goes_on_as_if_it_had_never_stopped_its_dropout_too(make_run):
    def ended(run):
        model = keras.models.load_model(run.workspace.discriminator_model, compile=False)
        return run.workspace.grid(2).read_bytes(), [weight.tobytes() for weight in model.get_weights()]

    run = make_run(DigitsSettings)
    run_steps(TRACK, run)
    at_once = ended(run)
    run_steps(TRACK, make_run(DigitsSettings, epochs=1, fresh=True))
    again = make_run(DigitsSettings)
    run_steps(TRACK, again)
    assert "continuing at epoch 2 of 2" in again.screen.console.file.getvalue() and ended(again) == at_once


def test_every_ingredient_is_requested_from_the_practices(make_run, check_all_ingredients_are_requested):
    check_all_ingredients_are_requested(TRACK, make_run(DigitsSettings, epochs=1))
