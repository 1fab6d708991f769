from pathlib import Path

import pytest

from assignment.checking import measuring
from assignment.checking.check import FileCheck
from assignment.checking.measuring import measure_checked
from assignment.settings.checking import CheckSettings


@pytest.fixture
def measured(monkeypatch, make_screen, tmp_path):
    """A function that measures a checked network of a track; returns the metadata that were passed on."""
    calls = []
    monkeypatch.setattr(measuring, "measure_generator", lambda *arguments: calls.append(arguments[2]))

    def measured(track="fashion", **options):
        settings = CheckSettings(files=["x.h5"], track=track, measure=True, outputs_dir=tmp_path)
        measure_checked(FileCheck(Path("x.h5"), **options), settings, None, make_screen())
        return calls

    return measured


@pytest.mark.parametrize(
    ("track", "facts", "images"),
    [
        ("fashion", {}, "Fashion-MNIST (Zalando"),
        ("conditional", {}, "MNIST (LeCun"),
        ("digits", {"images": "my holiday"}, "MNIST (LeCun"),
        ("lecture", {"images": "drawn stand-in, not MNIST"}, "drawn stand-in, not MNIST"),
    ],
)
def test_the_images_are_those_that_the_file_names_or_those_of_the_track(measured, make_network, track, facts, images):
    (metadata,) = measured(track, role="generator", network=make_network(), facts=facts)
    assert metadata.images.startswith(images)


def test_only_generators_are_measured(measured, make_network, tmp_path):
    assert measured(role="discriminator", network=make_network("discriminator")) == []
    assert measured(unusable="it is empty") == [] and list(tmp_path.iterdir()) == []
