"""The checkpoints of one training session: when to write one, and how to continue from the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from assignment import runtime
from assignment.errors import describe_os_error, is_disk_full
from assignment.session.run import Run
from assignment.settings.tracks import Settings
from assignment.training.checkpoint_file import Checkpoint
from assignment.training.checkpoints import Checkpoints, gather
from assignment.training.gan import Gan
from assignment.training.loop import Position, Row


class CheckpointKeeper:
    """Writes the checkpoints of one session, each only if the training has advanced since the last.

    replaces_other: whether the folder holds another training's checkpoints, which --fresh replaces. They are kept until
    the first epoch is done.
    """

    def __init__(self, run: Run[Settings], gan: Gan, conditions: Mapping[str, Any], earlier: Checkpoint | None):
        self._run, self._gan, self._conditions = run, gan, dict(conditions)
        self._checkpoints = Checkpoints(run.workspace.checkpoints)
        self.replaces_other = bool(self._checkpoints.complete()) and earlier is None
        self._saved = _progress(earlier.position) if earlier else None

    def save(
        self,
        position: Position,
        rows: Sequence[Row],
        notes: Sequence[Mapping[str, float]],
        frames: Sequence[np.ndarray],
        judge: str,
    ) -> None:
        """Write a checkpoint; report a file that cannot be written. Raises OSError if the disk is full."""
        progress = _progress(position)
        if progress == (0, 0) or (progress == self._saved and self._checkpoints.has(position)):
            return
        checkpoint = Checkpoint(
            conditions=self._conditions,
            versions=runtime.versions(),
            position=position,
            rows=list(rows),
            notes=[dict(note) for note in notes],
            frames=np.array(frames),
            variables=gather(self._gan),
            judge=judge,
        )
        try:
            self._checkpoints.save(checkpoint)
            self._saved = progress
        except OSError as error:
            if is_disk_full(error):
                raise
            self._run.screen.say(f"  no checkpoint could be written: {describe_os_error(error)}")

    def describe_last(self) -> str | None:
        """Return the position of the last checkpoint: "after epoch 2" or "in epoch 3, update 8"; None without one."""
        if self._saved is None:
            return None
        epochs, updates = self._saved
        return f"in epoch {epochs + 1}, update {updates}" if updates else f"after epoch {epochs}"

    def resume_hint(self) -> str:
        """Return what the same command does next: "the same command continues at epoch 12"."""
        if self._saved is None:
            return "the same command starts from the beginning, since there is no checkpoint yet"
        epochs, updates = self._saved
        command = "the same command without --fresh" if self._run.settings.fresh else "the same command"
        if epochs == self._run.settings.epochs:
            return f"{command} writes the final files again, without training"
        return f"{command} continues at epoch {epochs + 1}" + (f", update {updates + 1}" if updates else "")


def _progress(position: Position) -> tuple[int, int]:
    """Return the complete epochs and the updates of the next one."""
    return position.epoch - 1, len(position.losses)
