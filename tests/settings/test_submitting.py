from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.submitting import SubmitSettings


def test_the_track_is_the_assignments_and_the_command_trains_it():
    assert SubmitSettings("ana").train_command == "python run_assignment.py --firstname ana"
    assert SubmitSettings("ana", "digits").train_command.endswith("--firstname ana --track digits")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"firstname": "a b"}, "the first name contains ' '"),
        ({"track": "trousers"}, "--track takes"),
        ({"anyway": 1}, "--anyway takes true or false"),
        ({"max_mb": 0}, "--max-mb takes a number of megabytes above 0, not 0"),
        ({"max_mb": float("inf")}, "--max-mb takes"),
        ({"max_mb": float("nan")}, "--max-mb takes"),
        ({"max_mb": "5"}, "--max-mb takes"),
        ({"outputs_dir": ""}, "--outputs-dir takes a folder"),
    ],
)
def test_wrong_values_are_one_sentence(options, message):
    with pytest.raises(AssignmentError, match=message):
        SubmitSettings(**{"firstname": "ana", **options})


def test_the_training_command_repeats_what_was_given():
    assert SubmitSettings("ana").train_command == "python run_assignment.py --firstname ana"
    settings = SubmitSettings("ana", track="digits", outputs_dir=Path("my outputs"), models_dir=Path("m"))
    expected = "python run_assignment.py --firstname ana --track digits --outputs-dir 'my outputs' --models-dir m"
    assert settings.train_command == expected
