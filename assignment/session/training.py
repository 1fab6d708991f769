"""A training, ready to run: what the eight steps prepare for the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from assignment.foreign.metadata import ModelMetadata
from assignment.practices.view import TrainingView
from assignment.report.sheet import Sheet
from assignment.session.track import EvaluationSpec
from assignment.training.gan import Gan
from assignment.training.loop import Position, Row
from assignment.training.proof import WeightCheck
from assignment.training.steps import Update


class Training(NamedTuple):
    """A training, ready to run.

    rows(update, position): the training loop.
    view: how the training is sampled and drawn.
    save(metadata): writes the networks and the track's final figures.
    conditions: what must be the same to continue the training.
    began: `time.perf_counter()` when the run began.
    metadata: what the networks' files record, without the epoch and the updates.
    evaluation: what the generator is compared with; None if it cannot be measured.
    """

    gan: Gan
    update: Update
    rows: Callable[[Update, Position], Iterator[Row]]
    updates_per_epoch: int
    view: TrainingView
    save: Callable[[ModelMetadata], None]
    proof: Sequence[WeightCheck]
    conditions: Mapping[str, Any]
    began: float
    metadata: ModelMetadata
    sheet: Sheet
    evaluation: EvaluationSpec | None = None
