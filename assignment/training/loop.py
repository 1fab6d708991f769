"""The training loop. It yields one row per epoch; its caller draws, saves and prints."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

import numpy as np

from assignment.training import streams
from assignment.training.steps import Losses, Update


class Row(NamedTuple):
    """The result of one epoch: the losses in nats, averaged over its updates, and its wall time in seconds.

    `discriminator_loss` is the mean of the losses on real and fake images, so that an undecided discriminator has
    ln 2 = 0.693, as in the generator's loss. (With an auxiliary classifier the losses include the class losses.)
    """

    epoch: int
    discriminator_loss: float
    generator_loss: float
    discriminator_loss_real: float
    discriminator_loss_fake: float
    updates: int
    seconds: float


@dataclass
class Position:
    """Where the training is: the current epoch, the losses of its updates so far, and the seconds that they took.

    Together with the variables this is enough to continue, since every random number follows from the seed and the
    position.
    """

    epoch: int = 1
    losses: list[Losses] = field(default_factory=list)
    seconds: float = 0.0


def train(
    update: Update,
    images: np.ndarray,
    *,
    epochs: int,
    batch_size: int,
    latent_dim: int,
    seed: int,
    position: Position,
    labels: np.ndarray | None = None,
    classes: int = 0,
) -> Iterator[Row]:
    """Train with `update` from `position` to the end of epoch `epochs`; yield a row after each epoch.

    Every epoch uses each image once, in a new random order; its last batch is shorter if `batch_size` does not divide
    the number of images. `position` changes with every update.

    images: float32 (n, 28, 28, 1) in [-1, 1].
    labels: int32 (n, 1) in 0..classes-1, for a conditional GAN only. The labels of its fakes are drawn evenly from all
    `classes`.
    Source: the assignment sheet, step 7.
    """
    for epoch in range(position.epoch, epochs + 1):
        started = time.perf_counter() - position.seconds
        order = streams.image_order(seed, epoch, len(images))
        for number in range(len(position.losses), updates_per_epoch(len(images), batch_size)):
            indices = order[number * batch_size : (number + 1) * batch_size]
            noise = streams.draw_noise(
                seed, streams.Purpose.TRAINING_NOISE, epoch, number, count=len(indices), latent_dim=latent_dim
            )
            batch = [images[indices], noise]  # (batch, 28, 28, 1) and (batch, latent_dim)
            if labels is not None:
                fake_labels = streams.training_labels(seed, epoch, number, len(indices), classes)
                batch += [labels[indices], fake_labels]  # (batch, 1) each
            position.losses.append(update(*batch))
            position.seconds = time.perf_counter() - started
        row = _epoch_row(epoch, position.losses, position.seconds)
        position.epoch, position.losses, position.seconds = epoch + 1, [], 0.0
        yield row


def updates_per_epoch(image_count: int, batch_size: int) -> int:
    """Return the number of updates in an epoch, including one for a shorter last batch."""
    return ceil(image_count / batch_size)


def _epoch_row(epoch: int, losses: list[Losses], seconds: float) -> Row:
    real, fake, generator = np.mean([[float(loss) for loss in update_losses] for update_losses in losses], axis=0)
    return Row(
        epoch=epoch,
        discriminator_loss=float(real + fake) / 2,
        generator_loss=float(generator),
        discriminator_loss_real=float(real),
        discriminator_loss_fake=float(fake),
        updates=len(losses),
        seconds=seconds,
    )
