"""The whole lecture track in one process, on a few of the stand-in's digits."""

import json

import keras
import numpy as np
import pytest

from assignment.errors import AssignmentError
from assignment.lecture import track
from assignment.settings import LectureSettings

pytestmark = pytest.mark.usefixtures("few_digits")
SMALL = {"filters": "2,3", "kernel": 3, "extra_layers": 1}


@pytest.mark.parametrize("options", [SMALL, {"network": "dense", "label_smoothing": 0.1, "dataset": "mnist"}])
def test_the_whole_track(make_run, options):
    run = make_run(LectureSettings, **options)
    assert track.run_track(run) is None
    assert sorted(path.name for path in run.workspace.folder.iterdir()) == [
        "checkpoints", "history.csv", "run.json", "step2_real_images.png", "step3_generator_diagram.png",
        "step4_untrained_samples.png", "step5_discriminator_diagram.png", "step7_animation.gif",
        "step7_generated.png", "step7_grid_epoch_0001.png", "step7_grid_epoch_0002.png", "step7_interpolation.png",
        "step7_losses.png", "step7_progress.png", "step7_real_beside_generated.png",
    ]
    said = run.screen.console.file.getvalue()
    assert "The tapes are apart" in said and "2,330,944" in said and "212,865" in said
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert (record["status"], record["epochs_done"], record["updates_done"]) == ("finished", 2, 6)
    assert {name: record["conditions"][name] for name in options} == options
    generator = keras.models.load_model(run.workspace.generator_model, compile=False)
    assert generator.predict(np.zeros((2, 100), np.float32), verbose=0).shape == (2, 28, 28, 1)


def test_another_architecture_in_the_same_folder_is_refused(make_run):
    track.run_track(make_run(LectureSettings, epochs=1, **SMALL))
    with pytest.raises(AssignmentError, match="--extra-layers 1 .this command has 0."):
        track.run_track(make_run(LectureSettings, epochs=1, **{**SMALL, "extra_layers": 0}))
