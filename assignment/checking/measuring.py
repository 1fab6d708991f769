"""Measure a generator that anyone saved with the judge, and draw twelve of its images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assignment.checking.check import FileCheck
from assignment.checking.images import generate
from assignment.checking.roles import GENERATOR
from assignment.checking.sheets import IMAGE
from assignment.data.sources import SOURCES, find_source
from assignment.figures import style
from assignment.figures.grids import image_grid
from assignment.foreign.refused import Refused
from assignment.generators.measure import measure_generator
from assignment.generators.saved import explained_errors
from assignment.session.screen import Screen
from assignment.session.track import Track
from assignment.settings.checking import CheckSettings
from assignment.settings.tracks import TRACKS, FashionSettings
from assignment.storage.files import ensure_writable
from assignment.training.export import ModelMetadata
from assignment.training.rebuild import rebuild

FOLDER = "check"  # of the pictures, in the folder of the outputs
IMAGES = 12  # as in the sheet's grids
# Of the tracks without --dataset.
DATASETS = {"fashion": "fashion-mnist", "digits": "mnist"}
SEED = 1  # of the noise, the same for every file, so that two files can be compared


def picture_names(paths: Sequence[Path]) -> list[str]:
    """Return a name for the picture of each file: its own, with a number if several have the same, as in "ana_2"."""
    counts: dict[str, int] = {}
    names = []
    for path in paths:
        counts[path.stem] = counts.get(path.stem, 0) + 1
        names.append(path.stem if counts[path.stem] == 1 else f"{path.stem}_{counts[path.stem]}")
    return names


def measure_checked(
    check: FileCheck, settings: CheckSettings, track: Track[Any], screen: Screen, picture_name: str
) -> None:
    """Print the metrics of a checked generator, and write a picture of its images; do nothing for other networks.

    A generator whose images cannot be computed, or are not of 28x28 pixels, is not measured, and a line says why.
    Raises AssignmentError if the real images are missing, or the generator cannot be measured.
    """
    if check.network is None or check.role != GENERATOR:
        return
    screen.say(f"\n{check.path}")
    try:
        images = generate(check.network)
    except Refused as refused:
        screen.say(f"  cannot be measured: {refused}")
        return
    if images.shape[1:] != IMAGE:
        screen.say(f"  cannot be measured: its images have the shape {images.shape[1:]}, not {IMAGE}")
        return
    folder = (settings.outputs_dir or FashionSettings.outputs_dir) / FOLDER
    ensure_writable(folder)
    picture = folder / f"{picture_name}.png"
    figure = image_grid(images[:IMAGES], f"{IMAGES} images of {check.path.name}", check.name)
    style.save(figure, picture)
    screen.say(f"  wrote {picture}")
    metadata = ModelMetadata(settings.track, "check", SEED, _learned_images(check, settings.track), epoch=0)
    with explained_errors(check.path):
        generator = rebuild(check.network, "float32")
    measure_generator(generator, check.path, metadata, track, screen, settings.data_dir)


def _learned_images(check: FileCheck, track: str) -> str:
    """Return the caption of the images that a generator learned, as its file says; otherwise those of its track."""
    recorded = check.facts.get("images")
    if isinstance(recorded, str) and find_source(recorded) is not None:
        return recorded
    name = DATASETS.get(track) or TRACKS[track].dataset  # type: ignore[attr-defined]  # the other tracks have it
    return SOURCES[name].caption
