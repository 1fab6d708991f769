from dataclasses import fields

import pytest

from assignment.data.dataset import Provenance
from assignment.session.deviations import COMPARED_SETTINGS, deviations, trained_length
from assignment.settings.tracks import (
    CHANGEABLE_SETTINGS,
    TRACKS,
    ConditionalSettings,
    DigitsSettings,
    FashionSettings,
    LectureSettings,
)

REAL = Provenance("folder", "Fashion-MNIST", "MD5", is_standin=False)


def test_the_standard_run_has_no_deviations():
    assert deviations(FashionSettings("ana", seed=3), REAL, 300) == []


@pytest.mark.parametrize(
    ("settings", "epochs", "updates", "expected"),
    [
        (FashionSettings("ana", epochs=2), 2, 0, ["Trained for 2 epochs; the sheet asks for 300."]),
        (
            FashionSettings("ana"),
            300,
            6,
            ["Trained for 300 epochs and 6 updates of epoch 301; the sheet asks for 300."],
        ),
        (FashionSettings("ana", batch_size=7001), 300, 0, ["Batch size: 7001; the sheet asks for 128."]),
        (FashionSettings("ana", grid_every=1), 300, 0, ["Epochs between grids: 1; the sheet asks for 50."]),
        (FashionSettings("ana", practice=("ema",)), 300, 0, ["Trained with the practice ema."]),
        (FashionSettings("ana", practice=("ema", "replay")), 300, 0, ["Trained with the practices replay, ema."]),
        (DigitsSettings("ana", epochs=1), 1, 0, ["Trained for 1 epoch; the default is 25."]),
        (
            ConditionalSettings("ana", outputs="validity+class"),
            25,
            0,
            ["Outputs of the discriminator: validity+class; the default is validity."],
        ),
        (LectureSettings("ana", kernel=3), 50, 0, ["Kernel: 3; the notebook has 5."]),
        (LectureSettings("ana", dataset="mnist"), 50, 0, ["Data set: mnist; the notebook has fashion-mnist."]),
        (
            LectureSettings("ana", label_smoothing=0.1),
            50,
            0,
            ["Label smoothing: 0.1; the notebook has 0.0."],
        ),
    ],
)
def test_every_difference_is_a_sentence(settings, epochs, updates, expected):
    assert deviations(settings, REAL, epochs, updates) == expected


def test_the_stand_in_comes_first(standin):
    first, second = deviations(FashionSettings("ana"), standin, 2)
    assert first == "Not the real images: drawn stand-in, not MNIST. Do not hand in its figures."
    assert second.startswith("Trained for 2 epochs")


def test_the_length_of_a_training_names_updates_of_the_next_epoch():
    assert trained_length(1) == "1 epoch"
    assert trained_length(3, 1) == "3 epochs and 1 update of epoch 4"


@pytest.mark.parametrize("settings_class", TRACKS.values())
def test_every_setting_that_changes_the_result_is_compared(settings_class):
    names = {field.name for field in fields(settings_class)}
    assert names - CHANGEABLE_SETTINGS - set(COMPARED_SETTINGS) == {"firstname", "seed", "practice"}
