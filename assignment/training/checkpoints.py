"""The checkpoints of a training: everything that it needs to continue as if it had never stopped.

Next to each checkpoint is its SHA-256, in the format of `sha256sum`. The checksum is written last. A checkpoint without
a checksum, or with a wrong one, is damaged and is never used. docs/reliability.md explains why this is not
tf.train.CheckpointManager.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

from assignment.errors import AssignmentError
from assignment.storage.files import files_named, replacing, sha256
from assignment.storage.reading import Malformed, check_regular, read_bytes
from assignment.storage.workspace import CHECKPOINT_NAME, checkpoint_progress
from assignment.training.checkpoint_file import Checkpoint, file_name, read_checkpoint, write_checkpoint
from assignment.training.gan import Gan
from assignment.training.loop import Position

KEPT_CHECKPOINTS = 2  # the last one, and the one before in case the last one is damaged
MAX_BYTES = 2**33  # of a checkpoint, seventy times the size of the assignment's after 300 epochs
MAX_CHECKSUM_BYTES = 200  # 64 digits, two spaces and the name


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
        path = self._folder / file_name(checkpoint.position)
        with replacing(path) as temporary:
            write_checkpoint(temporary, checkpoint)
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
                return read_checkpoint(path), damaged
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
        return self._folder / file_name(position) in self.complete()

    def _newest_first(self) -> list[Path]:
        progress = {
            path.with_suffix(".npz"): checkpoint_progress(path) or (0, 0)
            for path in files_named(self._folder, CHECKPOINT_NAME)  # also a checksum without its file, which is damage
        }
        return sorted(progress, key=progress.__getitem__, reverse=True)

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
