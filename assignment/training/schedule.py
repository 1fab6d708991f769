"""Learning rates that change over a training."""

from __future__ import annotations

from assignment.training.gan import Gan
from assignment.training.steps import Losses, Update


def halving(update: Update, gan: Gan, every: int) -> Update:
    """Return `update` with learning rates that decay exponentially: both are halved every `every` updates.

    The rate depends on the updates done, which checkpoints restore, not on the number planned: a training that is
    continued to more epochs equals one that was started with all of them. (A Keras schedule inside the optimizer cannot
    be set to 0, which the freeze proof does.)
    """
    optimizers = gan.combined.optimizer, gan.discriminator.optimizer
    rates = [float(optimizer.learning_rate) for optimizer in optimizers]

    def decayed(*batch) -> Losses:
        factor = 0.5 ** (int(gan.combined.optimizer.iterations) / every)
        for optimizer, rate in zip(optimizers, rates):
            optimizer.learning_rate = rate * factor
        return update(*batch)

    return decayed
