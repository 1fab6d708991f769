"""Checks that stop a training whose losses or weights are NaN or infinite, before they are saved."""

from __future__ import annotations

from math import isfinite

import numpy as np

from assignment.errors import AssignmentError
from assignment.training.gan import Gan
from assignment.training.steps import Losses, Update

LOSS_NAMES = {
    "real": "the discriminator's loss on real images",
    "fake": "the discriminator's loss on generated images",
    "generator": "the generator's loss",
}


class Diverged(AssignmentError):
    """A loss or weight became NaN or infinite. Further updates cannot recover from that."""


def finite_losses(update: Update) -> Update:
    """Return an update that calls `update` and raises Diverged, with the loss's name, if a loss is NaN or infinite."""

    def checked_update(*batch) -> Losses:
        losses = update(*batch)
        for name, loss in losses._asdict().items():
            if not isfinite(loss):
                raise Diverged(f"{LOSS_NAMES[name]} became {_describe(float(loss))}")
        return losses

    return checked_update


def check_weights(gan: Gan) -> None:
    """Raise Diverged, with the owner's name, if a weight or an optimizer's state is NaN or infinite.

    Checking the losses is not enough: binary cross-entropy is clipped, and stays finite with an infinite weight.
    """
    for owner, variables in gan.variables().items():
        for variable in variables:
            values = variable.numpy()
            not_finite = values[~np.isfinite(values)]
            if not_finite.size:
                raise Diverged(f"a value of the {owner.replace('_', ' ')} became {_describe(float(not_finite[0]))}")


def _describe(value: float) -> str:
    return "NaN (not a number)" if np.isnan(value) else "infinite"
