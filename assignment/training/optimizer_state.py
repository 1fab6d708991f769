"""What is read from the optimizers' state: updates, gradient norms and averaged weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np

from assignment.training.gan import Gan, restored_afterwards


def count_updates(gan: Gan) -> int:
    """Return the number of updates of the generator so far."""
    return int(gan.combined.optimizer.iterations)


def gradient_norms(gan: Gan) -> dict[str, float]:
    """Return the approximate gradient norm of each network, by name; networks without Adam are left out.

    Adam keeps a running mean of the gradients (Kingma and Ba 2015, algorithm 1: m), over about the last 2 updates if
    beta_1 is 0.5 and the last 10 if it is 0.9. Reading it costs nothing during training, and checkpoints restore it.
    The mean of independent gradients is shorter than the gradients themselves by a factor of
    sqrt((1 - beta_1) / (1 + beta_1)), which is divided out here.
    """
    optimizers = {"discriminator_gradient": gan.discriminator.optimizer, "generator_gradient": gan.combined.optimizer}
    return {
        name: _gradient_norm(optimizer)
        for name, optimizer in optimizers.items()
        if isinstance(optimizer, keras.optimizers.Adam)
    }


def _gradient_norm(adam: keras.optimizers.Adam) -> float:
    means = [variable.numpy() for variable in adam.variables if variable.name.endswith("momentum")]
    shortening = np.sqrt((1 - adam.beta_1) / (1 + adam.beta_1))
    return float(np.sqrt(sum(np.square(mean, dtype=np.float64).sum() for mean in means)) / shortening)


@contextmanager
def averaged_weights(gan: Gan) -> Iterator[None]:
    """Within the block the generator has its averaged weights; afterwards its trained ones, bit for bit.

    Does nothing if the optimizer keeps no average, or before the first update. BatchNormalization's moving averages are
    not touched.
    """
    optimizer = gan.combined.optimizer
    if not optimizer.use_ema or int(optimizer.iterations) == 0:
        yield
        return
    weights = gan.generator.trainable_variables
    averages = [variable for variable in optimizer.variables if variable.name.endswith("average")]
    with restored_afterwards(weights):
        for weight, average in zip(weights, averages):
            weight.assign(average)
        yield
