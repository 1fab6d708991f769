"""Read a file of Keras that may be anyone's: a child process describes it, this process reads the arrays.

The child's time and memory are limited (`child`). If it dies, the file is refused. What it prints is checked here as if
the file itself had printed it: an array has one of a few dtypes, and lies in the file.
"""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from assignment.foreign.child import MAX_ANSWER
from assignment.foreign.containers import Container, opened
from assignment.foreign.hdf5 import ARRAY_DTYPES, MAX_RANK, StoredArray
from assignment.foreign.kinds import KINDS
from assignment.foreign.network import Contents, Layer, Network
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import check_weights
from assignment.processes import child_command
from assignment.storage.reading import Malformed, Text, parse_json

NOT_DESCRIBED = "it cannot be described; the file is not one of Keras"
TIMEOUT = 60.0  # seconds; a slow disk may need some for the packages


def read_contents(path: Path) -> Contents[np.ndarray]:
    """Return what a file of Keras contains, with all arrays.

    Raises Refused, with the reason, for any other file, and OSError if it cannot be read.
    """
    answer = _ask_child(path)
    if answer.refused:
        raise Refused(answer.refused)
    if answer.contents is None:
        raise Refused("it is damaged, and perhaps incomplete; copy it again")
    with opened(path) as container:
        try:
            return _with_arrays(answer.contents, container)
        except Refused:
            raise
        except (AssertionError, LookupError, TypeError, ValueError) as error:  # the child printed other types
            raise Refused(NOT_DESCRIBED) from error


@dataclass(frozen=True)
class _Answer:
    """What the child prints: a description, a reason why the file is refused, or neither if it is damaged."""

    contents: Contents[StoredArray] | None = None
    refused: Text = ""


def _ask_child(path: Path) -> _Answer:
    """Return the child's answer. Raises Refused if it dies, takes too long, or prints something else."""
    if stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait forever
        path.open("rb").close()  # a file that is missing or may not be read is this process' error, not the child's
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread takes memory
    command = child_command("assignment.foreign.child", str(path.absolute()))
    with tempfile.TemporaryFile() as output:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env=environment,
                timeout=TIMEOUT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Refused(f"reading it took more than {TIMEOUT:.0f} seconds, so it was stopped") from error
        if done.returncode:
            raise Refused(f"the process that reads it ended with code {done.returncode}")
        output.seek(0)
        text = output.read(MAX_ANSWER + 1)
    try:
        if len(text) > MAX_ANSWER:
            raise Malformed("too long")
        return parse_json(text, _Answer)
    except Malformed as error:
        raise Refused(NOT_DESCRIBED) from error


def _with_arrays(contents: Contents[StoredArray], container: Container) -> Contents[np.ndarray]:
    """Return the same contents with the arrays themselves."""
    stored = list(_all_weights(contents))
    for array in stored:
        _check(array, container.size)
    if sum(array.nbytes for array in stored) > container.size:
        raise Refused("its arrays are larger than the file")
    if contents.network is not None:
        check_weights(contents.network)
    network = _map_network(contents.network, container.file) if contents.network else None
    weights = tuple(
        (name, tuple(_load(array, container.file) for array in arrays)) for name, arrays in contents.weights
    )
    return Contents(
        contents.file_format,
        contents.keras,
        network,
        weights,
        contents.compilation,
        contents.obstacles,
        contents.facts,
    )


def _all_weights(contents: Contents[StoredArray]) -> Iterator[StoredArray]:
    for layer in contents.network.plain_layers() if contents.network else ():
        yield from layer.weights
    for _, arrays in contents.weights:
        yield from arrays


def _check(array: StoredArray, size: int) -> None:
    """Raise Refused unless a described array is of a known dtype and lies in the file."""
    if array.dtype not in ARRAY_DTYPES or len(array.shape) > MAX_RANK or min(array.shape, default=0) < 0:
        raise Refused(NOT_DESCRIBED)
    if not 0 <= array.offset <= size - array.nbytes and array.nbytes:
        raise Refused("it contains an array whose values are not in the file")


def _map_network(network: Network[StoredArray], file: BinaryIO) -> Network[np.ndarray]:
    return Network(
        network.name,
        network.kind,
        tuple(_map_layer(layer, file) for layer in network.layers),
        network.inputs,
        network.outputs,
    )


def _map_layer(layer: Layer[StoredArray], file: BinaryIO) -> Layer[np.ndarray]:
    if layer.network is None and layer.kind not in KINDS:
        raise Refused(NOT_DESCRIBED)
    return Layer(
        layer.kind,
        layer.name,
        layer.settings,
        layer.inputs,
        tuple(_load(array, file) for array in layer.weights),
        layer.trainable,
        _map_network(layer.network, file) if layer.network else None,
    )


def _load(array: StoredArray, file: BinaryIO) -> np.ndarray:
    file.seek(array.offset)
    content = file.read(array.nbytes)
    if len(content) != array.nbytes:
        raise Refused("it became shorter while it was read")
    return np.frombuffer(content, np.dtype(array.dtype)).reshape(array.shape)
