"""Learning rates that fall while a training goes on: functions from an update rule to an update rule."""

from __future__ import annotations

from assignment.training.gan import Gan
from assignment.training.steps import Losses, Update


def halving(update: Update, gan: Gan, every: int) -> Update:
    """`update`, with both optimizers' rates falling smoothly from what they are now to half after `every` updates.

    The rate follows from the updates done, which checkpoints keep, and not from how many are planned: a training that
    is continued to more epochs is the same as one that was asked for all of them. (A Keras schedule inside the
    optimizer could not be set to 0, by which the freeze is proved.)
    """
    optimizers = gan.combined.optimizer, gan.discriminator.optimizer
    rates = [float(optimizer.learning_rate) for optimizer in optimizers]

    def halved(*batch) -> Losses:
        share = 0.5 ** (int(gan.combined.optimizer.iterations) / every)
        for optimizer, rate in zip(optimizers, rates):
            optimizer.learning_rate = rate * share
        return update(*batch)

    return halved
