"""The freeze, proved before every run: which network's weights move in which phase of the very update that trains."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple

import keras
import numpy as np

from assignment.errors import AssignmentError
from assignment.training.freezing import unfrozen
from assignment.training.gan import Gan
from assignment.training.steps import Update

OF_A_FREEZE = (
    "The freeze does not hold: on Keras 3 the flag `trainable` counts when a train step is first called, not when the"
    " model is compiled; set it around the call (docs/keras3.md)."
)
OF_TAPES = "Each tape must be asked for the gradients of its own network's weights (`training/steps.py`)."


class FreezeViolation(AssignmentError):
    """A phase moved a network that it must leave alone, or left alone the one that it must move."""


class Movement(NamedTuple):
    """What one phase did to one network's trainable weights; the hashes are the first 12 digits of a SHA-256."""

    phase: str
    network: str
    before: str
    after: str
    must_move: bool

    @property
    def moved(self) -> bool:
        return self.before != self.after

    @property
    def holds(self) -> bool:
        return self.moved == self.must_move


def prove_freeze(gan: Gan, update: Update, *batch: np.ndarray, hint: str = OF_A_FREEZE) -> list[Movement]:
    """Make one discriminator update and one generator update, see whose weights moved, and undo both.

    Each phase is singled out by a learning rate of 0 for the other one's optimizer. The rate is a variable, so it is
    the very function that will train which is tried, not one traced for the proof. Trained weights are compared, not
    BatchNormalization's averages, which every pass of the generator moves. Weights, averages and both optimizers are
    afterwards what they were, bit for bit. The proof is of this batch's size; the tests hold it for others. `batch`
    is what an update takes.

    Returns the four movements (two phases, two networks). Raises FreezeViolation, with the `hint` where to look, when
    one of them is not as it must be.
    """
    movements = []
    for phase, silenced in (("discriminator", gan.combined), ("generator", gan.discriminator)):
        with _undone(gan):
            silenced.optimizer.learning_rate = 0.0
            before = {name: fingerprint(model) for name, model in _networks(gan)}
            update(*batch)
            for name, model in _networks(gan):
                movements.append(Movement(phase, name, before[name], fingerprint(model), must_move=name == phase))
    broken = [movement for movement in movements if not movement.holds]
    if broken:
        raise FreezeViolation(f"{_explanation(broken[0])}. {hint}")
    return movements


def fingerprint(model: keras.Model) -> str:
    """The first 12 digits of the SHA-256 of a model's trainable weights, frozen now or not."""
    digest = hashlib.sha256()
    with unfrozen(model):
        for variable in model.trainable_variables:
            digest.update(np.ascontiguousarray(variable.numpy()).tobytes())
    return digest.hexdigest()[:12]


def _networks(gan: Gan) -> tuple[tuple[str, keras.Model], ...]:
    return ("discriminator", gan.discriminator), ("generator", gan.generator)


@contextmanager
def _undone(gan: Gan) -> Iterator[None]:
    variables = list(chain.from_iterable(gan.variables().values()))
    earlier = [variable.numpy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, earlier):
            variable.assign(value)


def _explanation(movement: Movement) -> str:
    if movement.must_move:
        return f"the {movement.phase}'s update does not move the {movement.network}'s weights: it would never learn"
    return f"the {movement.phase}'s update moves the {movement.network}'s weights, which it must leave alone"
