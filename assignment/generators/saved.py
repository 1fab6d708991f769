"""Reading a generator from the .h5 file that a run saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from assignment.errors import AssignmentError, is_out_of_memory
from assignment.evaluation.metrics import NotFinite
from assignment.practices.catalogue import BY_NAME
from assignment.settings.tracks import TRACKS
from assignment.training.export import ModelMetadata, read_metadata
from assignment.training.gan import IMAGE_SHAPE
from assignment.training.network_file import load_network

GIVE_A_GENERATOR = "give the path of a generator's .h5 file, or a first name, as in --firstname ana"


def check_trained(path: Path, track: str) -> None:
    """Raise AssignmentError, with what to do, if the generator of a first name and a track is missing."""
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
    metadata = read_metadata(path)
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


def load_generator(path: Path, metadata: ModelMetadata) -> keras.Model:
    """Return the generator in a file. Raises AssignmentError if it has other inputs or outputs than expected."""
    network = load_network(path)
    inputs, outputs = ([tensor.shape[1:] for tensor in tensors] for tensors in (network.inputs, network.outputs))
    if IMAGE_SHAPE in inputs:
        raise AssignmentError(f"{path} is a discriminator; give the generator's file.")
    labels = [(1,)] if metadata.classes else []
    if outputs != [IMAGE_SHAPE] or len(inputs[0]) != 1 or inputs[1:] != labels:
        raise AssignmentError(f"{path} has other inputs or outputs than a generator of the {metadata.track} track.")
    return network


@contextmanager
def explained_errors(path: Path) -> Iterator[None]:
    """Raise AssignmentError for whatever goes wrong while the network in `path` is loaded and generates.

    Full memory is not the file's fault, so it is left to the guards of the command.
    """
    try:
        yield
    except Exception as error:  # the file may contain anything
        if isinstance(error, AssignmentError) or is_out_of_memory(error):
            raise
        if isinstance(error, NotFinite):
            raise AssignmentError(
                f"the images of {path} have NaN or infinite values, so its training diverged, or the file is damaged;"
                " copy the file again, or train it again."
            ) from error
        raise AssignmentError(
            f"{path} cannot be used as a generator; it is damaged, or other versions of the software wrote it."
        ) from error
