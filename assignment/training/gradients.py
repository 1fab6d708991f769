"""How large the gradients are, as the optimizers have them anyway."""

from __future__ import annotations

import keras
import numpy as np

from assignment.training.gan import Gan


def gradient_norms(gan: Gan) -> dict[str, float]:
    """About how large each network's gradient is, by name: its norm over all weights; none without Adam.

    Adam keeps a running mean of the gradients (Kingma and Ba 2015, algorithm 1: m), over the last 2 updates with a
    beta_1 of 0.5 and the last 10 with 0.9, so that this costs nothing while training and follows from what a checkpoint
    keeps. The mean of gradients that have nothing to do with each other is shorter than they are, by the root of
    (1 - beta_1) / (1 + beta_1), which is made up for here.
    """
    optimizers = {"discriminator_gradient": gan.discriminator.optimizer, "generator_gradient": gan.combined.optimizer}
    adams = {name: of for name, of in optimizers.items() if isinstance(of, keras.optimizers.Adam)}
    return {name: _norm(adam) for name, adam in adams.items()}


def _norm(optimizer: keras.optimizers.Adam) -> float:
    means = [variable.numpy() for variable in optimizer.variables if variable.name.endswith("momentum")]
    shortened = np.sqrt((1 - optimizer.beta_1) / (1 + optimizer.beta_1))
    return float(np.sqrt(sum(np.square(mean, dtype=np.float64).sum() for mean in means)) / shortened)
