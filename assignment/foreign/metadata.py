"""The facts about its training that this program stores in a network's .h5 file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from msgspec import Meta

from assignment.errors import AssignmentError
from assignment.foreign.network import Contents
from assignment.foreign.reader import read_contents
from assignment.foreign.refused import Refused
from assignment.storage.reading import NO_CONTROL_CHARACTERS, Malformed, convert, parse_versioned

OUR_NAMES = re.compile(r"([a-z]+_)?(best_)?(generator|discriminator)_model_.+")  # of networks
GIVE_OURS = "give the .h5 file that the training wrote"
WEIGHTS_ONLY = "it contains only weights; give the file of the complete network"
# Limits for files that others may have changed; a track has at most ten classes.
Text = Annotated[str, Meta(max_length=200, pattern=NO_CONTROL_CHARACTERS)]
Names = Annotated[tuple[Text, ...], Meta(max_length=50)]
Classes = Annotated[tuple[Text, ...], Meta(max_length=10)]
Count = Annotated[int, Meta(ge=0)]


class ModelMetadata(NamedTuple):
    """What is stored in the .h5 file besides the network; None where it was not recorded.

    images: the images that it was trained on, in words.
    classes: the class names of a conditional GAN.
    epoch: the number of complete epochs after which it was saved.
    practices: those that it was trained with; they may change the noise that the generator needs.
    epochs: the planned number of epochs.
    updates: the number of updates after which it was saved.
    batch_size: images of a batch.
    standin: whether the images are the drawn stand-in.
    keras: the version of Keras that wrote the file.
    """

    track: Text
    firstname: Text
    seed: Count | None
    images: Text
    classes: Classes = ()
    epoch: Count | None = None
    practices: Names = ()
    epochs: Count | None = None
    updates: Count | None = None
    batch_size: Count | None = None
    standin: bool | None = None
    keras: Text | None = None


def read_ours(path: Path) -> Contents[np.ndarray]:
    """Return the contents of a file that this program saved, or that someone made to look like one.

    Raises AssignmentError if it cannot be read.
    """
    try:
        return read_contents(path)
    except Refused as refused:
        raise unusable(path, str(refused)) from refused


def read_metadata(path: Path) -> ModelMetadata:
    """Return the metadata of the .h5 file at `path`. Raises AssignmentError as `metadata_of` does."""
    return metadata_of(read_ours(path), path)


def metadata_of(contents: Contents[np.ndarray], path: Path) -> ModelMetadata:
    """Return the metadata in the contents of the file at `path`.

    Raises AssignmentError, which says what the file is instead, if this program or this version did not write it, or if
    it is damaged.
    """
    if not contents.facts:
        raise unusable(path, _why_without_facts(contents))
    try:
        facts = parse_versioned(
            contents.facts, path, dict[str, Any], remedy="train the network again with this version"
        )
        complete = {**ModelMetadata._field_defaults, **facts}
        return convert([complete[name] for name in ModelMetadata._fields], ModelMetadata)
    except (KeyError, Malformed) as error:
        raise unusable(
            path, "its training facts are damaged; copy the file again, or train the network again"
        ) from error


def unusable(path: Path, reason: str) -> AssignmentError:
    """Return the error for a file that is not a network of this program."""
    return AssignmentError(f"{path} is not a network that this program saved: {reason}.")


def _why_without_facts(contents: Contents[np.ndarray]) -> str:
    if contents.network is None:
        return WEIGHTS_ONLY
    if OUR_NAMES.fullmatch(contents.network.name):
        return "Keras saved it again, without the facts about its training; give the original file"
    return f"another program saved it with Keras; {GIVE_OURS}"
