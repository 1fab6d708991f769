from pathlib import Path

import numpy as np
import pytest

from assignment.checking import measuring
from assignment.checking.check import FileCheck
from assignment.checking.measuring import measure_checked, picture_names
from assignment.data.sources import MNIST
from assignment.settings.checking import CheckSettings


@pytest.fixture
def measured(monkeypatch, make_screen, tmp_path):
    """A function that measures a checked network of a track; returns the metadata that were passed on."""
    calls = []
    monkeypatch.setattr(measuring, "measure_generator", lambda *arguments: calls.append(arguments[2]))

    def measured(track="fashion", **options):
        settings = CheckSettings(files=["x.h5"], track=track, measure=True, outputs_dir=tmp_path)
        measure_checked(FileCheck(Path("x.h5"), **options), settings, None, make_screen(), "x")
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


@pytest.mark.parametrize(
    ("position", "changes", "reason"),
    [
        (5, {"strides": (2, 2)}, "its images have the shape (56, 56, 1), not (28, 28, 1)"),
        (3, {"kind": "assignment>MinibatchDeviation"}, "a reshape does not fit its input"),
        (10, {"kind": "assignment>MinibatchDeviation"}, "a layer of the kind assignment>MinibatchDeviation"),
    ],
)
def test_a_generator_that_cannot_be_measured_has_a_reason(
    make_network, change_layer, make_screen, printed, tmp_path, position, changes, reason
):
    screen, settings = make_screen(), CheckSettings(files=["x.h5"], measure=True, outputs_dir=tmp_path)
    network = change_layer(make_network(), position, **changes)
    measure_checked(FileCheck(Path("x.h5"), role="generator", network=network), settings, None, screen, "x")
    assert f"  cannot be measured: {reason}" in printed(screen) and list(tmp_path.iterdir()) == []


def test_a_generator_of_other_images_or_with_nan_pixels_has_a_reason(
    make_network, change_layer, make_screen, printed, tmp_path
):
    network = make_network()
    broken = change_layer(network, 1, weights=(np.full_like(network.layers[1].weights[0], np.nan),))
    settings = CheckSettings(files=["x.h5"], measure=True, outputs_dir=tmp_path)
    for changes, reason in (
        ({"network": broken}, "its images have NaN or infinite pixels"),
        (
            {"network": network, "facts": {"images": MNIST.caption}},
            f"it learned from {MNIST.caption}, which is not in the fashion sheet",
        ),
    ):
        screen = make_screen(width=200)
        measure_checked(FileCheck(Path("x.h5"), role="generator", **changes), settings, None, screen, "x")
        assert f"  cannot be measured: {reason}\n" in printed(screen) and list(tmp_path.iterdir()) == []


def test_files_with_the_same_name_have_pictures_of_their_own():
    paths = [Path("ana/generator.h5"), Path("bo/generator.h5"), Path("bo/other.h5")]
    assert picture_names(paths) == ["generator", "generator_2", "other"]
