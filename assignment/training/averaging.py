"""The generator as it is to be seen: with the average of its weights, where its optimizer keeps one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assignment.training.gan import Gan


@contextmanager
def averaged(gan: Gan) -> Iterator[None]:
    """Within the block the generator has its averaged weights; afterwards those that it is trained with, bit for bit.

    Without an average, or before the first update, nothing happens. BatchNormalization's own averages stay as they are.
    """
    weights = gan.generator.trainable_variables if _has_average(gan) else []
    trained = [weight.numpy() for weight in weights]
    for weight, average in zip(weights, _averages(gan)):
        weight.assign(average)
    try:
        yield
    finally:
        for weight, value in zip(weights, trained):
            weight.assign(value)


def _has_average(gan: Gan) -> bool:
    optimizer = gan.combined.optimizer
    return optimizer.use_ema and int(optimizer.iterations) > 0


def _averages(gan: Gan) -> list:
    return [variable for variable in gan.combined.optimizer.variables if variable.name.endswith("average")]
