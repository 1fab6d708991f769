from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.samples import SampleSettings


def test_the_defaults_are_twelve_images_of_every_label():
    settings = SampleSettings("Zoe\u0308")
    assert settings.firstname == "Zo\u00eb"
    assert (settings.track, settings.labels, settings.count, settings.seed) == ("fashion", None, 12, 1)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("firstname", "a b", "first name"),
        ("count", 0, "--count"),
        ("count", 1_001, "1 to 1,000"),
        ("seed", -1, "--seed"),
        ("seed", 1_000_000_000, "--seed"),
        ("track", "cgan", "--track"),
        ("models_dir", "out\udcff", "--models-dir"),
    ],
)
def test_invalid_sample_settings_are_refused(option, value, message):
    with pytest.raises(AssignmentError, match=message):
        SampleSettings(**{"firstname": "ana", option: value})


def test_folders_can_be_texts():
    settings = SampleSettings("ana", outputs_dir="out", models_dir="nets")
    assert (settings.outputs_dir, settings.models_dir) == (Path("out"), Path("nets"))
