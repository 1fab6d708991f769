"""Reading a generator from the .h5 file that a run saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from assignment.data.dataset import IMAGE_SHAPE
from assignment.errors import AssignmentError, is_out_of_memory
from assignment.evaluation.metrics import NotFinite
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.files import check_generator_shapes
from assignment.training.network_file import load_network


def load_generator(path: Path, metadata: ModelMetadata) -> keras.Model:
    """Return the generator in a file. Raises AssignmentError if it has other inputs or outputs than expected."""
    network = load_network(path)
    inputs, outputs = ([tensor.shape[1:] for tensor in tensors] for tensors in (network.inputs, network.outputs))
    if IMAGE_SHAPE in inputs:
        raise AssignmentError(f"{path} is a discriminator; give the generator's file.")
    check_generator_shapes(inputs, outputs, path, metadata)
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
