"""The training loop: yields one row an epoch; whoever called it draws, saves and prints."""

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
    """What one epoch brought. The losses are means over its updates, in nats; `seconds` is its wall time.

    `discriminator_loss` is the mean of its two halves, so that an undecided discriminator has ln 2 = 0.693, as in
    the generator's loss. (An auxiliary classifier's losses hold its class's, too.)
    """

    epoch: int
    discriminator_loss: float
    generator_loss: float
    discriminator_loss_real: float
    discriminator_loss_fake: float
    updates: int
    seconds: float


@dataclass
class Place:
    """Where a training stands: the epoch under way, the losses of its updates so far, the seconds they took.

    With the weights it is all that is needed to go on, since every random number follows from the seed and the place.
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
    place: Place,
    labels: np.ndarray | None = None,
    classes: int = 0,
) -> Iterator[Row]:
    """Train by `update` from `place` to the end of epoch `epochs`, every image once an epoch in a fresh order.

    Yields one row an epoch, and moves `place` with every update. images: float32 (n, 28, 28, 1) in [-1, 1]; a
    conditional GAN also needs their labels, int32 (n, 1) in 0..classes-1, and its fakes are asked for labels that are
    drawn evenly from all `classes`. The last batch of an epoch is shorter where `batch_size` does not divide n.
    Source: the assignment sheet, step 7.
    """
    for epoch in range(place.epoch, epochs + 1):
        started = time.perf_counter() - place.seconds
        order = streams.image_order(seed, epoch, len(images))
        for number in range(len(place.losses), updates_per_epoch(len(images), batch_size)):
            chosen = order[number * batch_size : (number + 1) * batch_size]
            noise = streams.training_noise(seed, epoch, number, len(chosen), latent_dim)  # (batch, latent_dim)
            batch = [images[chosen], noise]  # the first is (batch, 28, 28, 1)
            if labels is not None:
                asked = streams.training_labels(seed, epoch, number, len(chosen), classes)
                batch += [labels[chosen], asked]  # (batch, 1) both
            place.losses.append(update(*batch))
            place.seconds = time.perf_counter() - started
        row = _row(epoch, place.losses, place.seconds)
        place.epoch, place.losses, place.seconds = epoch + 1, [], 0.0
        yield row


def updates_per_epoch(images: int, batch_size: int) -> int:
    """How many updates one epoch of `images` images has, the short last one included."""
    return ceil(images / batch_size)


def _row(epoch: int, losses: list[Losses], seconds: float) -> Row:
    real, fake, generator = np.mean([[float(loss) for loss in of_update] for of_update in losses], axis=0)
    return Row(epoch, float(real + fake) / 2, float(generator), float(real), float(fake), len(losses), seconds)
