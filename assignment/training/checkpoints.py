"""Checkpoints: everything that a training needs to continue as if it had never stopped, in one NumPy file each.

A checkpoint is `epoch_0135.npz` (after 135 epochs) or `epoch_0135_update_0030.npz` (after 30 more updates). Next to it
is its SHA-256, in the format of `sha256sum`. The checksum is written last. A checkpoint without a checksum, or with a
wrong one, is damaged and is never used. docs/reliability.md explains why this is not tf.train.CheckpointManager.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import keras
import numpy as np

from assignment.errors import AssignmentError
from assignment.storage.files import FORMAT, check_format, replacing, sha256
from assignment.training.gan import Gan
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses

KEPT_CHECKPOINTS = 2  # the last one, and the one before in case the last one is damaged
NAME_PATTERN = re.compile(r"epoch_(\d+)(?:_update_(\d+))?")


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

    Raises AssignmentError if they have other names or shapes; then no variable is changed.
    """
    variables = dict(_named_variables(gan))
    expected_shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    if expected_shapes != {name: value.shape for name, value in values.items()}:
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
        self._folder.mkdir(exist_ok=True)
        path = self._folder / _file_name(checkpoint)
        _checksum_path(path).unlink(missing_ok=True)  # the checksum of an earlier file is not valid for the new one
        arrays: dict[str, Any] = {
            "facts": _encode_facts(checkpoint),
            "frames": checkpoint.frames,
            **checkpoint.variables,
        }
        with replacing(path) as temporary:
            np.savez(temporary, **arrays)
            checksum = _checksum_line(temporary, path.name)
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
                return _read(path), damaged
            damaged.append(path)
        if self.complete():
            paths = ", ".join(map(str, damaged))
            raise AssignmentError(
                f"the training cannot continue, because all of its checkpoints are damaged ({paths}); --fresh starts"
                " over."
            )
        return None, damaged

    def complete(self) -> list[Path]:
        """Return the checkpoints that have a checksum, newest first. They may have been damaged since."""
        return [path for path in self._newest_first() if _checksum_path(path).exists()]

    def _newest_first(self) -> list[Path]:
        progress = {
            path: (int(match[1]), int(match[2] or 0))  # epochs and updates
            for path in self._folder.glob("*.npz")
            if (match := NAME_PATTERN.fullmatch(path.stem))
        }
        return sorted(progress, key=progress.__getitem__, reverse=True)

    def _delete_others(self, newest: Path) -> None:
        # A file whose name is newer than the one just written was found damaged, and will be written again.
        complete = self.complete()
        start = complete.index(newest)
        kept = complete[start : start + KEPT_CHECKPOINTS]
        for path in list(self._folder.glob("*.npz")):
            if path not in kept:
                _checksum_path(path).unlink(missing_ok=True)  # first, since without it the checkpoint is not used
                path.unlink(missing_ok=True)


def _named_variables(gan: Gan) -> Iterator[tuple[str, keras.Variable]]:
    for owner, variables in gan.variables().items():
        for number, variable in enumerate(variables):
            yield f"{owner}_{number:02d}", variable


def _file_name(checkpoint: Checkpoint) -> str:
    updates = len(checkpoint.position.losses)
    return f"epoch_{checkpoint.epochs_done:04d}" + (f"_update_{updates:04d}" if updates else "") + ".npz"


def _checksum_path(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _is_undamaged(path: Path) -> bool:
    """Return whether the file agrees with its checksum; False if either cannot be read."""
    try:
        return _checksum_path(path).read_bytes() == _checksum_line(path, path.name)
    except OSError:
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


def _read(path: Path) -> Checkpoint:
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
        facts = dict(json.loads(arrays.pop("facts").tobytes()))
        check_format(facts, path)
        losses = [Losses(*update_losses) for update_losses in facts["losses"]]
        return Checkpoint(
            conditions=facts["conditions"],
            versions=facts["versions"],
            position=Position(epoch=facts["epoch"], losses=losses, seconds=facts["seconds"]),
            rows=[Row(*row) for row in facts["rows"]],
            notes=facts["notes"],
            frames=arrays.pop("frames"),
            variables=arrays,
        )
    except (KeyError, TypeError, ValueError, BadZipFile) as error:  # its checksum agrees, so the file is not damaged
        raise AssignmentError(f"{path} was written by another version of this program; --fresh starts over.") from error
