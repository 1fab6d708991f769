"""A checkpoint as one NumPy file: the variables and the grids as arrays, everything else as JSON.

The file is `epoch_0135.npz` (after 135 epochs) or `epoch_0135_update_0030.npz` (after 30 more updates).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from msgspec import Meta

from assignment.errors import AssignmentError
from assignment.storage.arrays import read_arrays
from assignment.storage.files import FORMAT
from assignment.storage.reading import Malformed, Scalar, Text, parse_versioned
from assignment.training.loop import Position, Row
from assignment.training.steps import Losses


class Checkpoint(NamedTuple):
    """The state of a training at one position.

    conditions: what must be the same to continue.
    versions: the software that wrote it.
    position: the epoch and the losses of its updates so far.
    rows: one for each completed epoch.
    notes: other values by name, for the untrained networks and for each completed epoch.
    frames: images of the grid, float32 (1 + epochs, images, 28, 28, 1) in [-1, 1], untrained and after each epoch.
    variables: the GAN's variables, as returned by `gather`.
    judge: hash of the judge that measured the metrics in the notes; "" if there are none.
    """

    conditions: dict[str, Any]
    versions: dict[str, str]
    position: Position
    rows: list[Row]
    notes: list[dict[str, float]]
    frames: np.ndarray
    variables: dict[str, np.ndarray]
    judge: str = ""

    @property
    def epochs_done(self) -> int:
        return len(self.rows)


def file_name(position: Position) -> str:
    """Return the name of the checkpoint of a position."""
    updates = len(position.losses)
    return f"epoch_{position.epoch - 1:04d}" + (f"_update_{updates:04d}" if updates else "") + ".npz"


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint. Raises OSError if that fails."""
    arrays: dict[str, Any] = {
        "facts": _encode_facts(checkpoint),
        "frames": checkpoint.frames,
        **checkpoint.variables,
    }
    np.savez(path, **arrays)


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
        "judge": checkpoint.judge,
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
    judge: Text = ""


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint in a file. Raises AssignmentError if its contents contradict each other or its name."""
    checkpoint = _read(path)
    contradiction = _find_contradiction(checkpoint)
    if contradiction is None and path.name != file_name(checkpoint.position):
        contradiction = "its name is that of another position"
    if contradiction:
        raise AssignmentError(
            f"{path} is not a checkpoint of this program: {contradiction}; move it away to continue from the one"
            " before, or start over with --fresh."
        )
    return checkpoint


def _read(path: Path) -> Checkpoint:
    try:
        arrays = read_arrays(path)
        facts = parse_versioned(arrays.pop("facts").tobytes(), path, _Facts)
        return Checkpoint(
            conditions=facts.conditions,
            versions=facts.versions,
            position=Position(facts.epoch, [Losses(*losses) for losses in facts.losses], facts.seconds),
            rows=facts.rows,
            notes=facts.notes,
            frames=arrays.pop("frames"),
            variables=arrays,
            judge=facts.judge,
        )
    except (KeyError, Malformed) as error:
        # Its checksum agrees, so the file is not damaged.
        raise AssignmentError(f"{path} was written by another version of this program; --fresh starts over.") from error


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
