import re
from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.lab.settings import LabSettings


def test_the_practices_are_all_that_the_track_can_use_or_those_that_are_named():
    assert len(LabSettings("ana").practices) == 28 and "dropout" in LabSettings("ana").practices
    assert "dropout" not in LabSettings("ana", track="digits").practices
    assert LabSettings("ana", practices=["ema", "dropout", "ema"]).practices == ("ema", "dropout")


def test_a_combination_has_the_order_of_the_catalogue():
    assert LabSettings("ana", practices=["ema + least-squares", "least-squares+ema"]).practices == (
        "least-squares+ema",
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ema+", "an empty name in 'ema+'"),
        ("+", "an empty name"),
        ("ema++replay", "an empty name"),
        ("hinge+least-squares", "both replace the losses"),
        ("ema+emu", "did you mean ema?"),
    ],
)
def test_a_combination_that_cannot_be_used_is_refused(name, words):
    with pytest.raises(AssignmentError, match=re.escape(words)):
        LabSettings("ana", practices=[name])


def test_practices_that_conflict_with_each_other_can_be_in_one_lab():
    assert LabSettings("ana", practices=["hinge", "label-smoothing"]).practices == ("hinge", "label-smoothing")


def test_the_first_name_is_normalized_as_in_a_run():
    assert LabSettings("Jose\u0301").firstname == "Jos\u00e9"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"practices": ["", ""]}, "names separated by commas"),
        ({"practices": ["all", "ema"]}, "takes all alone"),
        ({"practices": ["all+ema"]}, "no practice 'all'"),
        ({"practices": ["flip"], "track": "conditional"}, "a mirrored digit is no digit"),
        ({"practices": ["magic"]}, "'magic'"),
        ({"seeds": 0}, "--seeds"),
        ({"seeds": 101}, "--seeds"),
        ({"practices": ["no-dropout"]}, "no dropout to remove"),
        ({"jobs": 0}, "--jobs"),
        ({"jobs": 65}, "--jobs"),
        ({"jobs": 2, "scheduler": "tcp://10.0.0.7:8786"}, "--jobs is for one machine; with --scheduler, each worker"),
        ({"scheduler": " "}, "--scheduler needs the address of a Dask scheduler"),
        ({"epochs": 0}, "--epochs"),
        ({"track": "dcgan"}, "--track"),
        ({"firstname": "../x"}, "first name"),
        ({"data": "standin", "data_dir": Path("images")}, "--data standin and --data-dir"),
    ],
)
def test_invalid_settings_are_refused(options, message):
    with pytest.raises(AssignmentError, match=message):
        LabSettings(**{"firstname": "ana", **options})


def test_folders_can_be_texts():
    settings = LabSettings("ana", data_dir="data", outputs_dir="out")
    assert (settings.data_dir, settings.outputs_dir) == (Path("data"), Path("out"))
