from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.measuring import MakeJudgesSettings, MeasureSettings


def test_the_path_follows_from_the_name_and_the_track_or_is_the_file():
    assert MeasureSettings("ana").path == Path("models", "generator_model_ana.h5")
    assert MeasureSettings("ana", track="digits", models_dir="m").path == Path("m", "digits_generator_model_ana.h5")
    assert MeasureSettings(file="some/x.h5").path == Path("some/x.h5")


def test_a_file_may_be_of_any_track_unless_one_is_given():
    assert MeasureSettings("ana").expected_track == "fashion"
    assert MeasureSettings(file="x.h5").expected_track is None
    assert MeasureSettings(file="x.h5", track="digits").expected_track == "digits"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either --firstname, as in --firstname ana, or the .h5 file"),
        ({"firstname": "ana", "file": "x.h5"}, "give either --firstname"),
        ({"firstname": ""}, "the first name is empty"),
        ({"file": ""}, "FILE takes a path, not ''"),
        ({"file": 7}, "FILE takes a path"),
        ({"file": "x.h5", "models_dir": "models"}, "--models-dir is for --firstname; FILE is the complete path"),
        ({"firstname": "ana", "track": "alchemy"}, "--track takes"),
        ({"firstname": "ana", "gan_train": "yes"}, "--gan-train takes true or false"),
        ({"firstname": "ana", "data_dir": 3}, "--data-dir takes a path"),
        ({"firstname": "ana", "models_dir": ""}, "--models-dir takes a folder"),
    ],
)
def test_wrong_values_are_one_sentence(options, message):
    with pytest.raises(AssignmentError, match=message):
        MeasureSettings(**options)


def test_judges_are_made_from_a_folder():
    assert MakeJudgesSettings("data") == MakeJudgesSettings(Path("data"), None, 0, Path("outputs"))
    with pytest.raises(AssignmentError, match="--dataset takes mnist or fashion-mnist, not 'holiday'"):
        MakeJudgesSettings("data", dataset="holiday")
    with pytest.raises(AssignmentError, match="--data-dir takes a folder"):
        MakeJudgesSettings("")
