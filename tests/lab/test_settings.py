from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.lab.settings import LabSettings


def test_a_labs_practices_are_all_that_its_track_can_use_or_some():
    assert len(LabSettings("ana").practices) == 21 and "dropout" in LabSettings("ana").practices
    assert "dropout" not in LabSettings("ana", track="digits").practices
    assert LabSettings("ana", practices=["ema", "dropout", "ema"]).practices == ("ema", "dropout")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"practices": ["", ""]}, "names with commas"),
        ({"practices": ["all", "ema"]}, "takes all by itself"),
        ({"practices": ["magic"]}, "'magic'"),
        ({"seeds": 0}, "--seeds"),
        ({"practices": ["no-dropout"]}, "no dropout to remove"),
        ({"jobs": 0}, "--jobs"),
        ({"epochs": 0}, "--epochs"),
        ({"track": "dcgan"}, "--track"),
        ({"firstname": "../x"}, "first name"),
        ({"data": "standin", "data_dir": Path("images")}, "contradict"),
    ],
)
def test_a_lab_of_a_wrong_kind_is_refused(options, said):
    with pytest.raises(AssignmentError, match=said):
        LabSettings(**{"firstname": "ana", **options})
