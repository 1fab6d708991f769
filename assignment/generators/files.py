"""The files of saved generators: which one is meant, and whether it is one that this version can use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assignment.data.dataset import IMAGE_SHAPE
from assignment.errors import AssignmentError
from assignment.foreign.metadata import ModelMetadata, read_metadata
from assignment.practices.catalogue import BY_NAME
from assignment.settings.tracks import TRACKS

GIVE_A_GENERATOR = "give the path of a generator's .h5 file, or a first name, as in --firstname ana"


def check_trained(path: Path, track: str) -> None:
    """Raise AssignmentError, with what to do, if a network that a run of this track saves is missing."""
    if path.parent.exists() and not path.parent.is_dir():
        raise AssignmentError(f"--models-dir takes a folder, but {path.parent} is a file.")
    if not path.exists():
        raise AssignmentError(
            f"{path} does not exist; train it first, with --track {track}, or give the --models-dir that contains it."
        )


def check_given_file(path: Path) -> None:
    """Raise AssignmentError, with what to give, if the path that the user gave is missing or not a file."""
    if not path.exists():
        raise AssignmentError(f"{path} does not exist; {GIVE_A_GENERATOR}.")
    if not path.is_file():
        kind = "a folder" if path.is_dir() else "a pipe, a socket or a device"
        raise AssignmentError(f"{path} is {kind}, not a file; {GIVE_A_GENERATOR}.")


def read_generator_metadata(path: Path, track: str | None = None) -> ModelMetadata:
    """Return the metadata of a generator's file, of the given track or of any.

    Raises AssignmentError if the file is another track's, or another program's.
    """
    return checked_metadata(read_metadata(path), path, track)


def checked_metadata(metadata: ModelMetadata, path: Path, track: str | None = None) -> ModelMetadata:
    """Return the metadata of the file at `path`.

    Raises AssignmentError if the file is not of the given track, or of a track or a practice that this version does not
    know.
    """
    if track and metadata.track != track:
        raise AssignmentError(
            f"{path} was trained in the {metadata.track} track, not the {track} track; give --track {metadata.track}."
        )
    if metadata.track not in TRACKS:
        raise AssignmentError(f"{path} was trained in a track that this version does not know: {metadata.track!r}.")
    unknown = [name for name in metadata.practices if name not in BY_NAME]
    if unknown:
        raise AssignmentError(
            f"{path} was trained with the practice {unknown[0]!r}, which this version does not know; install the"
            " version that trained it."
        )
    return metadata


def check_generator_shapes(
    inputs: Sequence[tuple[int, ...]], outputs: Sequence[tuple[int, ...]], path: Path, metadata: ModelMetadata
) -> None:
    """Raise AssignmentError unless a network takes noise (and a label, if it has classes) and returns an image.

    inputs, outputs: their shapes without the number of images.
    """
    labels = [(1,)] if metadata.classes else []
    if list(outputs) != [IMAGE_SHAPE] or len(inputs[0]) != 1 or list(inputs[1:]) != labels:
        raise AssignmentError(f"{path} has other inputs or outputs than a generator of the {metadata.track} track.")
