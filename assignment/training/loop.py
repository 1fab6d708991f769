"""The training loop: yields one row an epoch; whoever called it draws, saves and prints."""

from __future__ import annotations

import time
from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

import numpy as np

from assignment.training import streams
from assignment.training.steps import Losses, Update


class Row(NamedTuple):
    """What one epoch brought. The losses are means over its updates, in nats; `seconds` is its wall time.

    `discriminator_loss` is the mean of its two halves, so that an undecided discriminator has ln 2 = 0.693, as in
    the generator's loss.
    """

    epoch: int
    discriminator_loss: float
    generator_loss: float
    discriminator_loss_real: float
    discriminator_loss_fake: float
    updates: int
    seconds: float


def train(
    update: Update, images: np.ndarray, *, epochs: int, batch_size: int, latent_dim: int, seed: int
) -> Iterator[Row]:
    """Train for `epochs` epochs by `update`, every image once an epoch in a fresh order; yield one row an epoch.

    images: float32 (n, 28, 28, 1) in [-1, 1]. The last batch of an epoch is shorter where `batch_size` does not
    divide n. Source: the assignment sheet, step 7.
    """
    for epoch in range(1, epochs + 1):
        started = time.perf_counter()
        order = streams.image_order(seed, epoch, len(images))
        losses = []
        for number, first in enumerate(range(0, len(order), batch_size)):
            real_images = images[order[first : first + batch_size]]  # (batch, 28, 28, 1)
            noise = streams.training_noise(seed, epoch, number, len(real_images), latent_dim)  # (batch, latent_dim)
            losses.append(update(real_images, noise))
        yield _row(epoch, losses, time.perf_counter() - started)


def updates_per_epoch(images: int, batch_size: int) -> int:
    """How many updates one epoch of `images` images has, the short last one included."""
    return ceil(images / batch_size)


def _row(epoch: int, losses: list[Losses], seconds: float) -> Row:
    real, fake, generator = np.mean([[float(loss) for loss in of_update] for of_update in losses], axis=0)
    return Row(epoch, float(real + fake) / 2, float(generator), float(real), float(fake), len(losses), seconds)
