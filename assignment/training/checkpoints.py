"""Checkpoints: everything that a training needs to continue as if it had never stopped, in one NumPy file each.

A checkpoint is `epoch_0135.npz` (after 135 epochs) or `epoch_0135_update_0030.npz` (after 30 more updates). Next to it
is its SHA-256, in the format of `sha256sum`. The checksum is written last. A checkpoint without a checksum, or with a
wrong one, is damaged and is never used. docs/reliability.md explains why this is not tf.train.CheckpointManager.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from zipfile import ZIP_STORED, BadZipFile, ZipFile

import keras
import numpy as np
from msgspec import Meta

from assignment.errors import AssignmentError
from assignment.storage.files import FORMAT, files_named, replacing, sha256
from assignment.storage.reading import Malformed, Scalar, check_regular, parse_versioned, read_bytes
from assignment.storage.workspace import CHECKPOINT_NAME
from assignment.training.gan import Gan
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses

KEPT_CHECKPOINTS = 2  # the last one, and the one before in case the last one is damaged
MAX_BYTES = 2**33  # of a checkpoint, seventy times the size of the assignment's after 300 epochs
MAX_CHECKSUM_BYTES = 200  # 64 digits, two spaces and the name


class Checkpoint(NamedTuple):
    """The state of a training at one position.

    conditions: what must be the same to continue.
    versions: the software that wrote it.
    position: the epoch and the losses of its updates so far.
    rows: one for each completed epoch.
    notes: other values by name, for the untrained networks and for each completed epoch.
    frames: images of the grid, float32 (1 + epochs, images, 28, 28, 1) in [-1, 1], untrained and after each epoch.
    variables: the GAN's variables, as returned by `gather`.
    """

    conditions: dict[str, Any]
    versions: dict[str, str]
    position: Position
    rows: list[Row]
    notes: list[dict[str, float]]
    frames: np.ndarray
    variables: dict[str, np.ndarray]

    @property
    def epochs_done(self) -> int:
        return len(self.rows)


def gather(gan: Gan) -> dict[str, np.ndarray]:
    """Return the values of all variables of `gan`, named by owner and number: `generator_optimizer_03`."""
    return {name: variable.numpy() for name, variable in _named_variables(gan)}


def restore(gan: Gan, values: dict[str, np.ndarray]) -> None:
    """Set the variables of `gan` to values that `gather` returned.

    Raises AssignmentError if they have other names, shapes or types; then no variable is changed.
    """
    variables = dict(_named_variables(gan))
    expected = {
        name: (tuple(variable.shape), keras.backend.standardize_dtype(variable.dtype))
        for name, variable in variables.items()
    }
    if expected != {name: (value.shape, value.dtype.name) for name, value in values.items()}:
        raise AssignmentError("the checkpoint has other networks than this version builds; --fresh starts over.")
    for name, variable in variables.items():
        variable.assign(values[name])


class Checkpoints:
    """The checkpoints in one folder."""

    def __init__(self, folder: Path):
        self._folder = folder

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint and its checksum, then delete all others except the one before; return its path.

        Raises OSError if it cannot be written; the earlier checkpoints then remain.
        """
        path = self._path(checkpoint.position)
        arrays: dict[str, Any] = {
            "facts": _encode_facts(checkpoint),
            "frames": checkpoint.frames,
            **checkpoint.variables,
        }
        with replacing(path) as temporary:
            np.savez(temporary, **arrays)
            checksum = _checksum_line(temporary, path.name)
            _checksum_path(path).unlink(missing_ok=True)  # that of an earlier file is not valid for the new one
        with replacing(_checksum_path(path)) as temporary:
            temporary.write_bytes(checksum)
        self._delete_others(path)
        return path

    def latest(self) -> tuple[Checkpoint | None, list[Path]]:
        """Return the newest undamaged checkpoint (None if there is none), and the paths of newer, damaged ones.

        Raises AssignmentError if all checkpoints are damaged, or if another version wrote the newest. A single file
        without a checksum is not an error, since its training was stopped while it was written.
        """
        damaged: list[Path] = []
        for path in self._newest_first():
            if _is_undamaged(path):
                return self._read(path), damaged
            damaged.append(path)
        if self.complete():
            paths = ", ".join(map(str, damaged))
            raise AssignmentError(
                f"the training cannot continue, because none of its checkpoints agrees with its checksum, so they are"
                f" damaged ({paths}); restore these files from a copy, or start over with --fresh."
            )
        return None, damaged

    def complete(self) -> list[Path]:
        """Return the checkpoints that have a checksum, newest first. They may have been damaged since."""
        return [path for path in self._newest_first() if _checksum_path(path).is_file()]

    def has(self, position: Position) -> bool:
        """Return whether there is a checkpoint of this position. It may have been damaged since."""
        return self._path(position) in self.complete()

    def _path(self, position: Position) -> Path:
        updates = len(position.losses)
        name = f"epoch_{position.epoch - 1:04d}" + (f"_update_{updates:04d}" if updates else "")
        return self._folder / f"{name}.npz"

    def _newest_first(self) -> list[Path]:
        progress = {
            path.with_suffix(".npz"): (int(match[1]), int(match[2] or 0))  # epochs and updates
            for path in files_named(self._folder, CHECKPOINT_NAME)  # also a checksum without its file, which is damage
            if (match := CHECKPOINT_NAME.fullmatch(path.name))
        }
        return sorted(progress, key=progress.__getitem__, reverse=True)

    def _read(self, path: Path) -> Checkpoint:
        """Return the checkpoint at `path`. Raises AssignmentError if its contents contradict each other or its name."""
        checkpoint = _read(path)
        contradiction = _find_contradiction(checkpoint)
        if contradiction is None and self._path(checkpoint.position) != path:
            contradiction = "its name is that of another position"
        if contradiction:
            raise AssignmentError(
                f"{path} is not a checkpoint of this program: {contradiction}; move it away to continue from the one"
                " before, or start over with --fresh."
            )
        return checkpoint

    def _delete_others(self, newest: Path) -> None:
        # A file whose name is newer than the one just written was found damaged, and will be written again.
        complete = self.complete()
        start = complete.index(newest)
        kept = complete[start : start + KEPT_CHECKPOINTS]
        for path in self._newest_first():
            if path not in kept:
                _checksum_path(path).unlink(missing_ok=True)  # first, since without it the checkpoint is not used
                if path.is_file():
                    path.unlink()


def _named_variables(gan: Gan) -> Iterator[tuple[str, keras.Variable]]:
    for owner, variables in gan.variables().items():
        for number, variable in enumerate(variables):
            yield f"{owner}_{number:02d}", variable


def _checksum_path(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _is_undamaged(path: Path) -> bool:
    """Return whether the file agrees with its checksum; False if either cannot be read."""
    try:
        checksum = read_bytes(_checksum_path(path), MAX_CHECKSUM_BYTES)
        check_regular(path)
        if path.stat().st_size > MAX_BYTES:
            return False
        return checksum == _checksum_line(path, path.name)
    except (OSError, AssignmentError, Malformed):
        return False


def _checksum_line(path: Path, name: str) -> bytes:
    """Return what `sha256sum` prints for the file at `path` if its name is `name`."""
    return f"{sha256(path)}  {name}\n".encode()


def _encode_facts(checkpoint: Checkpoint) -> np.ndarray:
    """Return all that is not an array as the bytes of a JSON text, uint8; JSON keeps floats bit for bit."""
    position = checkpoint.position
    facts = {
        "format": FORMAT,
        "conditions": checkpoint.conditions,
        "versions": checkpoint.versions,
        "epoch": position.epoch,
        "seconds": position.seconds,
        "losses": [[float(loss) for loss in losses] for losses in position.losses],
        "rows": checkpoint.rows,
        "notes": checkpoint.notes,
    }
    return np.frombuffer(json.dumps(facts).encode(), np.uint8)


@dataclass(frozen=True)
class _Facts:
    """All of a checkpoint that is not an array, as `_encode_facts` writes it."""

    conditions: dict[str, Scalar]
    versions: dict[str, Any]
    epoch: Annotated[int, Meta(ge=1)]
    seconds: Annotated[float, Meta(ge=0)]
    losses: list[tuple[float, float, float]]
    rows: list[Row]
    notes: list[dict[str, float]]


def _read(path: Path) -> Checkpoint:
    try:
        _check_members(path)
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
        facts = parse_versioned(arrays.pop("facts").tobytes(), path, _Facts)
        return Checkpoint(
            conditions=facts.conditions,
            versions=facts.versions,
            position=Position(facts.epoch, [Losses(*losses) for losses in facts.losses], facts.seconds),
            rows=facts.rows,
            notes=facts.notes,
            frames=arrays.pop("frames"),
            variables=arrays,
        )
    except (KeyError, TypeError, ValueError, RuntimeError, EOFError, BadZipFile) as error:
        # Its checksum agrees, so the file is not damaged.
        raise AssignmentError(f"{path} was written by another version of this program; --fresh starts over.") from error


def _check_members(path: Path) -> None:
    """Raise ValueError if an array claims to be larger than the part of the file that stores it.

    So reading a checkpoint never takes more memory than the file has bytes.
    """
    with ZipFile(path) as archive:
        for member in archive.infolist():
            with archive.open(member) as file:
                version = np.lib.format.read_magic(file)
                read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
                shape, _, dtype = read_header[version](file)
                size = file.tell() + dtype.itemsize * prod(shape)
            if member.compress_type != ZIP_STORED or size != member.file_size:
                raise ValueError(f"{member.filename} is not an array as np.savez stores it")


def _find_contradiction(checkpoint: Checkpoint) -> str | None:
    """Return why the parts of a checkpoint cannot belong together; None if they can."""
    epochs, updates, frames = checkpoint.epochs_done, len(checkpoint.position.losses), checkpoint.frames
    if checkpoint.position.epoch != epochs + 1 or any(row.epoch != n for n, row in enumerate(checkpoint.rows, 1)):
        return f"it does not have one row for each epoch before {checkpoint.position.epoch}"
    if len({row.updates for row in checkpoint.rows}) > 1 or any(updates >= row.updates for row in checkpoint.rows):
        return "its epochs have different numbers of updates"
    if len(checkpoint.notes) != epochs + 1:
        return f"it has notes on {len(checkpoint.notes) - 1} of {epochs} epochs"
    if frames.dtype != np.float32 or frames.ndim != 5 or len(frames) != epochs + 1 or not frames.size:
        return f"its grids have the type {frames.dtype} and the shape {frames.shape}"
    return None
