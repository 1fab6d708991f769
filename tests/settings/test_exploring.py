from pathlib import Path

import pytest

from assignment.errors import AssignmentError
from assignment.settings.exploring import ExploreSettings


def test_the_defaults_are_those_of_a_run():
    settings = ExploreSettings("ana", outputs_dir="out")
    assert (settings.track, settings.discriminator) == ("fashion", False)
    assert (settings.outputs_dir, settings.models_dir) == (Path("out"), Path("models"))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"firstname": "a/b"}, "first name"), ({"track": "dcgan"}, "--track"), ({"discriminator": 1}, "--discriminator")],
)
def test_invalid_settings_are_refused(options, message):
    with pytest.raises(AssignmentError, match=message):
        ExploreSettings(**{"firstname": "ana", **options})
