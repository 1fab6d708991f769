"""Proof before every training that each phase of the update changes its own network's weights only."""

from __future__ import annotations

import hashlib
from itertools import chain
from typing import NamedTuple

import keras
import numpy as np

from assignment.errors import AssignmentError
from assignment.training.freezing import unfrozen
from assignment.training.gan import Gan, restored_afterwards
from assignment.training.steps import Update

FREEZE_HINT = (
    "The freeze does not hold: Keras 3 reads the flag `trainable` when a train step is first called, not when the model"
    " is compiled; set it around the call (docs/keras3.md)."
)
TAPES_HINT = "Each tape must compute the gradients of its own network's weights only (`training/steps.py`)."


class FreezeViolation(AssignmentError):
    """A phase changed the other network's weights, or did not change its own network's."""


class WeightCheck(NamedTuple):
    """The trainable weights of one network before and after one phase, as the first 12 digits of a SHA-256."""

    phase: str
    network: str
    before: str
    after: str
    must_change: bool

    @property
    def changed(self) -> bool:
        return self.before != self.after

    @property
    def passed(self) -> bool:
        return self.changed == self.must_change


def prove_freeze(gan: Gan, update: Update, *batch: np.ndarray, hint: str = FREEZE_HINT) -> list[WeightCheck]:
    """Run each phase of `update` on its own, compare both networks' weights before and after, and undo the changes.

    To isolate a phase, the learning rate of the other phase's optimizer is set to 0. The rate is a variable, so this
    tests the function that will train, not one traced for the proof. Only trainable weights are compared, since
    BatchNormalization's moving averages change whenever the generator runs in training mode. Afterwards weights, moving
    averages and optimizers are restored bit for bit. The proof covers the size of this batch; tests cover others.

    batch: the arguments of `update`.
    hint: where to look if the proof fails; it is appended to the message.
    Returns the four checks (two phases, two networks). Raises FreezeViolation if one of them is wrong.
    """
    checks = []
    for phase, other_model in (("discriminator", gan.combined), ("generator", gan.discriminator)):
        with restored_afterwards(chain.from_iterable(gan.variables().values())):
            other_model.optimizer.learning_rate = 0.0
            before = {name: fingerprint(network) for name, network in _networks(gan)}
            update(*batch)
            checks += [
                WeightCheck(phase, name, before[name], fingerprint(network), must_change=name == phase)
                for name, network in _networks(gan)
            ]
    violations = [check for check in checks if not check.passed]
    if violations:
        raise FreezeViolation(f"{_explanation(violations[0])}. {hint}")
    return checks


def fingerprint(model: keras.Model) -> str:
    """Return the first 12 digits of the SHA-256 of a model's trainable weights, whether it is frozen or not."""
    digest = hashlib.sha256()
    with unfrozen(model):
        for variable in model.trainable_variables:
            digest.update(np.ascontiguousarray(variable.numpy()).tobytes())
    return digest.hexdigest()[:12]


def _networks(gan: Gan) -> tuple[tuple[str, keras.Model], ...]:
    return ("discriminator", gan.discriminator), ("generator", gan.generator)


def _explanation(check: WeightCheck) -> str:
    if check.must_change:
        return f"the {check.phase}'s update does not change the {check.network}'s weights: it would never learn"
    return f"the {check.phase}'s update changes the {check.network}'s weights, which it must leave alone"
