"""The whole conditional track in one process, on a few of the stand-in's digits."""

import json

import keras
import numpy as np
import pytest

from assignment.conditional import track
from assignment.errors import AssignmentError
from assignment.settings import ConditionalSettings

pytestmark = pytest.mark.usefixtures("few_digits")


def said(run):
    return run.screen.console.file.getvalue()


@pytest.mark.parametrize("outputs", ["validity", "validity+class"])
def test_the_whole_track(make_run, outputs):
    run = make_run(ConditionalSettings, outputs=outputs)
    assert track.run_track(run) is None
    assert sorted(path.name for path in run.workspace.folder.iterdir()) == [
        "checkpoints", "history.csv", "run.json", "step2_real_images.png", "step3_generator_diagram.png",
        "step4_untrained_samples.png", "step5_discriminator_diagram.png", "step7_animation.gif",
        "step7_grid_epoch_0001.png", "step7_grid_epoch_0002.png", "step7_label_walk.png", "step7_losses.png",
        "step7_noise_walk.png", "step7_progress.png",
    ]
    assert [path.name for path in run.workspace.models] == [
        "conditional_generator_model_Ана.h5", "conditional_discriminator_model_Ана.h5",
    ]
    assert "The freeze holds" in said(run) and "Not the real images" in said(run)
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 6)
    assert record["conditions"]["dataset"] == "mnist" and record["conditions"]["outputs"] == outputs
    assert {"step7_label_walk.png", "step7_noise_walk.png"} <= set(record["files_sha256"])

    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    inputs = [np.zeros((2, 100), np.float32), np.array([[3], [9]], np.int32)]
    assert generator.predict(inputs, verbose=0).shape == (2, 28, 28, 1)
    discriminator = keras.models.load_model(run.workspace.discriminator_model, compile=False)
    assert (len(discriminator.inputs), len(discriminator.outputs)) == ((2, 1) if outputs == "validity" else (1, 2))


def test_it_goes_on_as_if_it_had_never_stopped(make_run, tmp_path):
    def ended(run):
        return {path.name: path.read_bytes() for path in (run.workspace.grid(2), run.workspace.noise_walk)}

    run = make_run(ConditionalSettings)
    track.run_track(run)
    at_once = ended(run)
    track.run_track(make_run(ConditionalSettings, epochs=1, fresh=True))
    again = make_run(ConditionalSettings)
    track.run_track(again)
    assert "continuing at epoch 2 of 2" in said(again) and ended(again) == at_once


def test_a_finished_one_is_left_alone_and_another_refused(make_run):
    track.run_track(make_run(ConditionalSettings, epochs=1))
    again = make_run(ConditionalSettings, epochs=1)
    track.run_track(again)
    assert "This training is finished" in said(again)
    with pytest.raises(AssignmentError, match="--outputs validity .this command has validity.class."):
        track.run_track(make_run(ConditionalSettings, epochs=1, outputs="validity+class"))


def test_the_grid_has_a_row_of_the_same_noises_for_each_class(make_run):
    noise, labels = track._grid_inputs(make_run(ConditionalSettings))
    assert labels[:, 0].tolist() == [label for label in range(10) for _ in range(8)]
    for label in range(10):
        np.testing.assert_array_equal(noise[8 * label : 8 * label + 8], noise[:8])
    assert len(np.unique(noise, axis=0)) == 8
