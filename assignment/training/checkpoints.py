"""Checkpoints: all that a training needs to go on as if it had never stopped, in one NumPy file each.

A checkpoint is `epoch_0135.npz` (135 epochs done) or `epoch_0135_update_0030.npz` (and 30 updates of the next), beside
its SHA-256 in the format of `sha256sum`. The sum is written last, and a file without it, or that does not agree with
it, is damaged and never chosen. docs/reliability.md tells why this is not tf.train.CheckpointManager.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from assignment.errors import AssignmentError
from assignment.storage.files import replacing, sha256
from assignment.training.gan import Gan
from assignment.training.loop import Place, Row
from assignment.training.steps import Losses

KEPT = 2  # the last one, and the one before in case it is damaged
NAME = re.compile(r"epoch_(\d+)(?:_update_(\d+))?")


class Checkpoint(NamedTuple):
    """A training at one place.

    `conditions` are what must be the same to go on, `versions` the software that made it; `rows` are the whole epochs',
    `notes` what else was noted after each of them, by name, and `frames` the grid's images, float
    (1 + epochs, images, 28, 28, 1) in [-1, 1], untrained and after each of them; `networks` are the GAN's variables, by
    `gather`.
    """

    conditions: dict[str, Any]
    versions: dict[str, str]
    place: Place
    rows: list[Row]
    notes: list[dict[str, float]]
    frames: np.ndarray
    networks: dict[str, np.ndarray]

    @property
    def epochs_done(self) -> int:
        return len(self.rows)


def gather(gan: Gan) -> dict[str, np.ndarray]:
    """Every variable of `gan` as it is now, under a name of its owner and number: `generator_optimizer_03`."""
    return {name: variable.numpy() for name, variable in _named_variables(gan)}


def restore(gan: Gan, networks: dict[str, np.ndarray]) -> None:
    """Give every variable of `gan` the value that `gather` found.

    Raises AssignmentError when they are those of another pair of networks; then nothing has been changed.
    """
    variables = dict(_named_variables(gan))
    if {name: tuple(variable.shape) for name, variable in variables.items()} != {
        name: values.shape for name, values in networks.items()
    }:
        raise AssignmentError("the checkpoint holds other networks than this version builds; --fresh starts over.")
    for name, variable in variables.items():
        variable.assign(networks[name])


class Checkpoints:
    """The checkpoints in one folder, the newest of which a training goes on from."""

    def __init__(self, folder: Path):
        self._folder = folder

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint whole or not at all, then delete all but it and the one before.

        Raises OSError when it cannot be written; the earlier ones are then as they were.
        """
        self._folder.mkdir(exist_ok=True)
        path = self._folder / _name(checkpoint)
        _sum_of(path).unlink(missing_ok=True)  # an earlier file of this name does not vouch for the new one
        with replacing(path) as temporary:
            np.savez(temporary, facts=_facts(checkpoint), frames=checkpoint.frames, **checkpoint.networks)
            line = _sum_line(temporary, path.name)
        with replacing(_sum_of(path)) as temporary:
            temporary.write_bytes(line)
        self._keep_last(path)
        return path

    def latest(self) -> tuple[Checkpoint | None, list[Path]]:
        """The newest checkpoint that is undamaged, None without one; and the newer ones that are damaged.

        Raises AssignmentError when a training was kept here and all of it is damaged, or the newest is of another
        version's making. A lone file whose sum was never written is only damaged: its writing was cut short.
        """
        damaged = []
        for path in self._by_age():
            if _is_sound(path):
                return _read(path), damaged
            damaged.append(path)
        if self.whole():
            raise AssignmentError(
                f"the training cannot be continued, since no checkpoint of it is undamaged"
                f" ({', '.join(map(str, damaged))}); --fresh starts over."
            )
        return None, damaged

    def whole(self) -> list[Path]:
        """The checkpoints that were written to their end, the newest first; what became of them since is not asked."""
        return [path for path in self._by_age() if _sum_of(path).exists()]

    def _by_age(self) -> list[Path]:
        stored = (path for path in self._folder.glob("*.npz") if NAME.fullmatch(path.stem))
        return sorted(stored, key=_order, reverse=True)

    def _keep_last(self, newest: Path) -> None:
        # What claims to be newer than the one just written was found damaged, and will be made again.
        kept = [path for path in self.whole() if _order(path) <= _order(newest)][:KEPT]
        _delete(path for path in self._folder.glob("*.npz") if path not in kept)


def _named_variables(gan: Gan) -> Iterable[tuple[str, Any]]:
    for owner, variables in gan.variables().items():
        for number, variable in enumerate(variables):
            yield f"{owner}_{number:02d}", variable


def _name(checkpoint: Checkpoint) -> str:
    updates = len(checkpoint.place.losses)
    return f"epoch_{checkpoint.epochs_done:04d}" + (f"_update_{updates:04d}" if updates else "") + ".npz"


def _order(path: Path) -> tuple[int, int]:
    epoch, update = NAME.fullmatch(path.stem).groups(default="0")
    return int(epoch), int(update)


def _sum_of(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _is_sound(path: Path) -> bool:
    """Whether the file is what was written; one that is missing its sum, or cannot be read, is not."""
    try:
        return _sum_of(path).read_bytes() == _sum_line(path, path.name)
    except OSError:
        return False


def _sum_line(path: Path, name: str) -> bytes:
    """What `sha256sum` prints of the file at `path` when it is called `name`."""
    return f"{sha256(path)}  {name}\n".encode()


def _delete(paths: Iterable[Path]) -> None:
    for path in list(paths):
        _sum_of(path).unlink(missing_ok=True)  # first: without its sum the other is nothing
        path.unlink(missing_ok=True)


def _facts(checkpoint: Checkpoint) -> np.ndarray:
    """All that is not an array, as the bytes of a JSON text; its floats come back bit for bit."""
    place = checkpoint.place
    facts = {
        "conditions": checkpoint.conditions,
        "versions": checkpoint.versions,
        "epoch": place.epoch,
        "seconds": place.seconds,
        "losses": [[float(loss) for loss in losses] for losses in place.losses],
        "rows": checkpoint.rows,
        "notes": checkpoint.notes,
    }
    return np.frombuffer(json.dumps(facts).encode(), np.uint8)


def _read(path: Path) -> Checkpoint:
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
        facts = json.loads(arrays.pop("facts").tobytes())
        place = Place(facts["epoch"], [Losses(*losses) for losses in facts["losses"]], facts["seconds"])
        rows = [Row(*row) for row in facts["rows"]]
        frames = arrays.pop("frames")
        return Checkpoint(facts["conditions"], facts["versions"], place, rows, facts["notes"], frames, networks=arrays)
    except (KeyError, TypeError, ValueError, BadZipFile) as error:  # its sum agrees, so this is what was written
        raise AssignmentError(
            f"{path} was written by a version that keeps other things in its checkpoints; --fresh starts over."
        ) from error
