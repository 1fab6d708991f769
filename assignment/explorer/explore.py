"""`assignment explore`: a page that runs a saved generator in the browser."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from assignment.data.dataset import IMAGE_SHAPE
from assignment.errors import AssignmentError
from assignment.evaluation.scores import evenly_spaced
from assignment.explorer.directions import find_directions
from assignment.explorer.page import PageFacts, render_page
from assignment.explorer.program import Program, compile_network
from assignment.foreign.metadata import WEIGHTS_ONLY, ModelMetadata, metadata_of, read_ours, unusable
from assignment.foreign.network import Network
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import input_shapes, output_shapes
from assignment.generators.files import check_generator_shapes, check_trained, checked_metadata
from assignment.report.page import write_report
from assignment.settings.exploring import ExploreSettings
from assignment.settings.tracks import TRACKS
from assignment.storage.files import ensure_writable, write_text
from assignment.storage.lock import lock_if_free
from assignment.storage.reading import read_bytes
from assignment.storage.workspace import Workspace
from assignment.training.latent import PLANE_TILES, typical_length
from assignment.training.streams import Purpose, draw_noise

MAX_PLANES = 12  # in the page; each takes up to half a megabyte
MAX_PLANE_BYTES = 4_000_000  # ten planes of 49 images have 384,160 pixels


class ExplorePage(NamedTuple):
    """A page that was written, and whether the run's report could be linked to it (it may have none)."""

    path: Path
    is_linked: bool


def explore(
    settings: ExploreSettings, workspace: Workspace, on_progress: Callable[[float], None] = lambda share: None
) -> ExplorePage:
    """Write the page of the workspace's generator.

    on_progress: called with the share that is done, 0..1.
    Raises AssignmentError if a network is missing, damaged or another one.
    """
    path = workspace.generator_model
    check_trained(path, settings.track)
    contents = read_ours(path)
    metadata = checked_metadata(metadata_of(contents, path), path, settings.track)
    generator = _checked_generator(contents.network, path, metadata)
    planes = _read_planes(workspace, len(metadata.classes) or 1) if settings.epochs else {}
    latent_dim = input_shapes(generator)[0][0]
    with _named_file(path):
        programs = {"generator": compile_network(generator)}
        _check_labels(programs["generator"], len(metadata.classes))
    gives_probability = False
    if settings.discriminator:
        discriminator = _read_discriminator(workspace.discriminator_model, settings.track)
        with _named_file(workspace.discriminator_model):
            programs["discriminator"] = compile_network(discriminator)
        output = discriminator.outputs[0]
        gives_probability = discriminator.layers[output.layer].settings.get("activation") == "sigmoid"
    ensure_writable(workspace.folder)  # before the directions, which take up to half a minute
    with _named_file(path):
        directions = find_directions(generator, latent_dim, len(metadata.classes), on_progress)
    facts = PageFacts(
        name=path.stem,
        summary=_summary(metadata),
        images=metadata.images,
        is_standin=bool(metadata.standin),
        latent_dim=latent_dim,
        typical_length=typical_length(latent_dim, metadata.practices),
        classes=metadata.classes,
        gives_probability=gives_probability,
    )
    vectors = draw_noise(metadata.seed or 0, Purpose.PLANE, count=3, latent_dim=latent_dim)
    page = render_page(facts, programs, directions, vectors, planes)
    with lock_if_free(workspace, "assignment explore"):
        write_text(workspace.explore_page, page)
        return ExplorePage(workspace.explore_page, _link_in_report(workspace, settings.track))


@contextmanager
def _named_file(path: Path) -> Iterator[None]:
    """Within the block, turn the reason why a network is refused into a sentence about its file."""
    try:
        yield
    except Refused as refused:
        raise AssignmentError(f"{path} cannot be explored: {refused}.") from refused


def _check_labels(program: Program, classes: int) -> None:
    """Raise Refused unless every label of the generator is one of the classes."""
    tables = [step["rows"] for step in program.description["steps"] if step["kind"] == "embedding"]
    if any(rows != classes for rows in tables) or bool(tables) != bool(classes):
        raise Refused("its labels are not the classes that it was trained on")


def _read_planes(workspace: Workspace, classes: int) -> dict[int, bytes]:
    """Return the images on the run's plane, PNG files, by the epoch after which they were drawn.

    Raises AssignmentError if there are none, or if a file is damaged or has another size.
    """
    paths = workspace.plane_epochs()
    if not paths:
        raise AssignmentError(
            f"{workspace.planes} has no images of earlier epochs: the run was trained by an earlier version, or stopped"
            " before its first grid; omit --epochs."
        )
    width = PLANE_TILES * IMAGE_SHAPE[1]
    planes = {}
    for epoch in evenly_spaced(list(paths), MAX_PLANES):
        planes[epoch] = read_bytes(paths[epoch], MAX_PLANE_BYTES)
        if not _is_complete_png(planes[epoch], (width, width * classes)):
            raise AssignmentError(f"{paths[epoch]} is damaged, or not a picture that the run drew; delete it.")
    return planes


def _is_complete_png(content: bytes, size: tuple[int, int]) -> bool:
    """Return whether this is a PNG file of a picture of this width and height, to its last pixel."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if picture.size != size:  # known before the pixels are decoded
                return False
            picture.load()
    except Exception:  # the file may contain anything
        return False
    return True


def _link_in_report(workspace: Workspace, track: str) -> bool:
    """Write the run's report again, with a link to the page; return whether that succeeded, or there is no report."""
    if not workspace.report.exists():
        return True
    try:
        write_report(workspace, TRACKS[track].TITLE, import_module(f"assignment.{track}.sheet").SHEET)
    except Exception:  # the run's records may contain anything; the earlier report stays
        return False
    return True


def _checked_generator(network: Network[np.ndarray] | None, path: Path, metadata: ModelMetadata) -> Network[np.ndarray]:
    if network is None:
        raise unusable(path, WEIGHTS_ONLY)
    check_generator_shapes(input_shapes(network), output_shapes(network), path, metadata)
    return network


def _read_discriminator(path: Path, track: str) -> Network[np.ndarray]:
    check_trained(path, track)
    contents = read_ours(path)
    checked_metadata(metadata_of(contents, path), path, track)
    network = contents.network
    if network is None or input_shapes(network)[0] != IMAGE_SHAPE or output_shapes(network)[0] != (1,):
        raise unusable(path, "it does not turn an image into one number, so it is not a discriminator")
    return network


def _summary(metadata: ModelMetadata) -> str:
    """Return how a generator was trained, in one sentence."""
    trained = "" if metadata.epoch is None else f", {metadata.epoch} epoch{'s' if metadata.epoch != 1 else ''}"
    practices = f", with {', '.join(metadata.practices)}" if metadata.practices else ""
    seed = "" if metadata.seed is None else f", seed {metadata.seed}"
    return f"The {metadata.track} track{trained}{practices}{seed}. Images: {metadata.images}."
