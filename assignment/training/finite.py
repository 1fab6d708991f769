"""A training that has become NaN or infinite is noticed at once, and never kept as if it were one."""

from __future__ import annotations

from math import isfinite

import numpy as np

from assignment.errors import AssignmentError
from assignment.training.gan import Gan
from assignment.training.steps import Losses, Update


class NotFinite(AssignmentError):
    """A loss or a weight is NaN or infinite; no further update can mend it."""


def finite_losses(update: Update) -> Update:
    """The same update rule, which raises NotFinite, naming the loss, as soon as one is NaN or infinite."""

    def watched_update(*batch) -> Losses:
        losses = update(*batch)
        for name, loss in losses._asdict().items():
            if not isfinite(loss):
                raise NotFinite(f"the loss {LOSSES_IN_WORDS[name]} became {_in_words(float(loss))}")
        return losses

    return watched_update


def check_weights(gan: Gan) -> None:
    """Raise NotFinite, naming whose it is, when a weight or an optimizer's moment is NaN or infinite.

    The losses alone do not tell: binary cross-entropy is clipped, and stays finite on an infinite weight.
    """
    for owner, variables in gan.variables().items():
        for variable in variables:
            values = variable.numpy()
            if not np.isfinite(values).all():
                worst = values[~np.isfinite(values)][0]
                raise NotFinite(f"a number of the {owner.replace('_', ' ')} became {_in_words(float(worst))}")


LOSSES_IN_WORDS = {
    "real": "of the discriminator on real images",
    "fake": "of the discriminator on fake images",
    "generator": "of the generator",
}


def _in_words(value: float) -> str:
    return "NaN (not a number)" if np.isnan(value) else "infinite"
