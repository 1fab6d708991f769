"""Measure a generator that anyone saved with the judge, and draw twelve of its images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assignment.checking.check import FileCheck
from assignment.checking.images import generate
from assignment.checking.roles import GENERATOR
from assignment.checking.sheets import IMAGE
from assignment.data.sources import SOURCES, find_source
from assignment.figures import style
from assignment.figures.grids import image_grid
from assignment.foreign.metadata import ModelMetadata
from assignment.foreign.network import Network
from assignment.foreign.refused import Refused
from assignment.generators.measure import measure_generator
from assignment.generators.saved import explained_errors
from assignment.output import printable
from assignment.session.screen import Screen
from assignment.session.track import Track
from assignment.settings.checking import CheckSettings
from assignment.settings.tracks import SHEET_DATASETS, TRACKS, FashionSettings
from assignment.storage.files import ensure_writable
from assignment.training.rebuild import rebuild

FOLDER = "check"  # of the pictures, in the folder of the outputs
IMAGES = 12  # as in the sheet's grids
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

    A line says why a generator cannot be measured; then the next file follows.
    Raises AssignmentError if the real images are missing, or Keras cannot build the generator.
    """
    if check.network is None or check.role != GENERATOR:
        return
    screen.say(f"\n{printable(str(check.path))}")
    learned = learned_images(check.facts, settings.track)
    try:
        images = _measurable_images(check.network, learned, settings.track)
    except Refused as refused:
        screen.say_wrapped(f"  cannot be measured: {refused}")
        return
    if check.complete is None:
        screen.say_wrapped("  the file has only weights; the layers are assumed to be those of the sheet")
    folder = (settings.outputs_dir or FashionSettings.outputs_dir) / FOLDER
    ensure_writable(folder)
    picture = folder / f"{picture_name}.png"
    figure = image_grid(images[:IMAGES], f"{IMAGES} images of {check.path.name}", check.name)
    style.save(figure, picture)
    screen.say(f"  wrote {picture}")
    metadata = ModelMetadata(settings.track, "check", SEED, learned, epoch=0)
    with explained_errors(check.path):
        generator = rebuild(check.network, "float32")
    measure_generator(generator, check.path, metadata, track, screen, settings.data_dir)


def _measurable_images(network: Network[np.ndarray], learned: str, track: str) -> np.ndarray:
    """Return images of a generator, (n, 28, 28, 1). Raises Refused if the judge cannot measure them.

    learned: the caption of the images that the generator learned.
    """
    found = find_source(learned)
    if found is None or found[0].caption not in real_captions(track):
        raise Refused(f"it learned from {learned}, which is not in the {track} sheet")
    images = generate(network)
    if images.shape[1:] != IMAGE:
        raise Refused(f"its images have the shape {images.shape[1:]}, not {IMAGE}")
    if not np.isfinite(images).all():
        raise Refused("its images have NaN or infinite pixels")
    return images


def learned_images(facts: Mapping[str, Any], track: str) -> str:
    """Return the caption of the images that a generator learned, as its file says; otherwise those of its track."""
    recorded = facts.get("images")
    if isinstance(recorded, str) and find_source(recorded) is not None:
        return recorded
    return real_captions(track)[0]


def real_captions(track: str) -> list[str]:
    """Return the captions of the real images that a track's generators may have learned, those of its sheet first."""
    first = SHEET_DATASETS[track]
    others = [name for name in SOURCES if name != first] if hasattr(TRACKS[track], "dataset") else []
    return [SOURCES[name].caption for name in (first, *others)]
