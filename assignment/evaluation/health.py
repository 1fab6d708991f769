"""Find problems in a training: what was seen, what it usually means, and what to try next.

These are pure functions of the epochs so far. One bad epoch may be chance, so every problem except divergence must last
for several epochs in a row. Sources: the lecture's table of problems and remedies, and Chintala et al. 2016 ("How to
train a GAN?", 10). The thresholds are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isnan, log, nan
from typing import NamedTuple

import numpy as np

LASTING_EPOCHS = 3  # bad epochs in a row that count as a problem
STUCK_EPOCHS = 8  # the same for losses that do not change
WARM_UP_EPOCHS = 5  # BatchNormalization's averages lag behind at first, and the grids are gray (docs/figures.md)
MINIMUM_MARGIN = 0.02  # nats above the minimum of the discriminator's loss: it is right with a probability of 98 %
WORSE_THAN_CHANCE_LOSS = 1.4  # nats; twice the loss of guessing
LARGE_GRADIENT = 100.0  # from the lecture and Chintala
SMALL_GRADIENT = 1e-5
UNDECIDED_MARGIN = 0.006  # nats; smoothed labels move the loss of guessing by 0.005
COLLAPSED_VARIETY = 0.1  # of the real images' variety
DECREASED_VARIETY = 0.5  # of the earlier variety
EARLIER_QUANTILE = 0.9  # of the earlier varieties; their maximum may be chance

MEMORIZED = 0.5  # of the way from training images to generated ones

DIVERGENCE = "divergence"
DISCRIMINATOR_WINS = "the discriminator wins"
WORSE_THAN_CHANCE = "the discriminator is worse than chance"
EXPLODING = "exploding gradients"
VANISHING = "vanishing gradients"
NO_LEARNING = "neither network learns"
COLLAPSE = "mode collapse"
DECREASING_VARIETY = "decreasing variety"
MEMORIZATION = "the discriminator memorizes the training images"
UNSTABLE = (DIVERGENCE, DISCRIMINATOR_WINS, WORSE_THAN_CHANCE, EXPLODING, VANISHING, NO_LEARNING)


class HealthThresholds(NamedTuple):
    """Thresholds for a track's health checks.

    images_per_class: number of consecutive images of a class in the track's grid; 0 if the variety is not checked.
    real_distance: mean distance between real images of a class, from `metrics.real_distance`.
    minimum_loss: minimum of the discriminator's loss, in nats.
    undecided_loss: both losses, in nats, if the discriminator only guesses; NaN if they include other terms.
    """

    images_per_class: int = 0
    real_distance: float = nan
    minimum_loss: float = 0.0
    undecided_loss: float = log(2)


class Epoch(NamedTuple):
    """What the health checks use of an epoch: mean losses in nats, norms of the gradients, and the two measures below.

    variety: the mean distance between the grid's images of a class, divided by that of real images.
    memorization: see `evaluation.memorization`.
    What was not measured is NaN.
    """

    epoch: int
    discriminator_loss: float
    generator_loss: float
    discriminator_gradient: float = nan
    generator_gradient: float = nan
    variety: float = nan
    memorization: float = nan


class Problem(NamedTuple):
    """A problem of a training: its name, what was seen, and what that usually means.

    try_next: settings in the order to try them.
    duration: epochs in a row that it takes to find the problem.
    """

    name: str
    seen: str
    means: str
    try_next: tuple[str, ...]
    duration: int = LASTING_EPOCHS


class Episode(NamedTuple):
    """A problem as it was first found, with the first and the last epoch of it."""

    problem: Problem
    first: int
    last: int


def minimum_smoothed_loss(smoothing: float) -> float:
    """Return the minimum of the discriminator's loss, in nats, if the targets of real images are 1 - `smoothing`.

    It is half the entropy of the smoothed target, because the loss on fake images can be 0.
    """
    return -sum(share * log(share) for share in (smoothing, 1 - smoothing) if share) / 2


def find_problems(epochs: Sequence[Epoch], thresholds: HealthThresholds = HealthThresholds()) -> list[Problem]:
    """Return the problems after the last epoch; `epochs` are all epochs so far, in order."""
    checks = (
        check_divergence,
        check_winning_discriminator,
        check_losing_discriminator,
        check_exploding_gradients,
        check_vanishing_gradients,
        check_stuck_losses,
        check_variety,
        check_memorization,
    )
    return [problem for check in checks if (problem := check(epochs, thresholds))]


def find_episodes(epochs: Sequence[Epoch], thresholds: HealthThresholds = HealthThresholds()) -> list[Episode]:
    """Return all problems of a training with their first and last epochs, in the order in which they were found."""
    found: list[Episode] = []
    for count, epoch in enumerate(epochs, start=1):
        for problem in find_problems(epochs[:count], thresholds):
            index = _find_open_episode(found, problem.name, last=epoch.epoch - 1)
            if index is None:
                found.append(Episode(problem, first=epoch.epoch - problem.duration + 1, last=epoch.epoch))
            else:
                found[index] = found[index]._replace(last=epoch.epoch)
    return found


def _find_open_episode(episodes: Sequence[Episode], name: str, last: int) -> int | None:
    """Return the index of the first episode of a problem that lasted until epoch `last`, or None."""
    for index, episode in enumerate(episodes):
        if episode.problem.name == name and episode.last == last:
            return index
    return None


def check_divergence(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find a loss that is NaN or infinite, or a gradient that is infinite."""
    last = epochs[-1]
    if not (isnan(last.discriminator_loss) or isnan(last.generator_loss) or inf in last or -inf in last):
        return None
    return Problem(
        DIVERGENCE,
        seen=f"a loss, a weight or a gradient of epoch {last.epoch} is NaN or infinite",
        means="an update was far too large, and the weights cannot recover from it",
        try_next=("precision", "batch_size"),
        duration=1,
    )


def check_winning_discriminator(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find a discriminator that is always right."""
    bound = thresholds.minimum_loss + MINIMUM_MARGIN
    if not _lasts(epochs, LASTING_EPOCHS, lambda epoch: epoch.discriminator_loss < bound):
        return None
    minimum = f"its minimum of {thresholds.minimum_loss:.3f}" if thresholds.minimum_loss else "0"
    last = epochs[-1]
    return Problem(
        DISCRIMINATOR_WINS,
        seen=f"the discriminator's loss has been near {minimum} for {LASTING_EPOCHS} epochs (now"
        f" {last.discriminator_loss:.4f} nats); the generator's loss is {last.generator_loss:.1f}",
        means="the discriminator recognizes every generated image, so the generator cannot learn from it",
        try_next=("label_smoothing", "seed"),
    )


def check_losing_discriminator(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find a discriminator that is worse than guessing."""
    if isnan(thresholds.undecided_loss):
        return None
    if not _lasts(epochs, LASTING_EPOCHS, lambda epoch: epoch.discriminator_loss > WORSE_THAN_CHANCE_LOSS):
        return None
    return Problem(
        WORSE_THAN_CHANCE,
        seen=f"the discriminator's loss has been over {WORSE_THAN_CHANCE_LOSS} for {LASTING_EPOCHS} epochs (now"
        f" {epochs[-1].discriminator_loss:.2f} nats); guessing gives {thresholds.undecided_loss:.3f}",
        means="its updates are too large for what it learns, so it gives wrong answers with high confidence",
        try_next=("batch_size",),
    )


def check_exploding_gradients(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find gradients that are far too large."""
    if not _lasts(epochs, LASTING_EPOCHS, lambda epoch: max(_gradients(epoch), default=0.0) > LARGE_GRADIENT):
        return None
    return Problem(
        EXPLODING,
        seen=f"the norm of a network's gradient has been over {LARGE_GRADIENT:.0f} for {LASTING_EPOCHS} epochs (now"
        f" about {max(_gradients(epochs[-1])):.0f})",
        means="each update overshoots by more than the last one corrected",
        try_next=("batch_size",),
    )


def check_vanishing_gradients(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find gradients that are too small to change the weights."""
    if not _lasts(epochs, LASTING_EPOCHS, lambda epoch: min(_gradients(epoch), default=inf) < SMALL_GRADIENT):
        return None
    return Problem(
        VANISHING,
        seen=f"the norm of a network's gradient has been near 0 for {LASTING_EPOCHS} epochs (now about"
        f" {min(_gradients(epochs[-1])):.1e})",
        means="the discriminator's answer no longer depends on its input, so neither network learns",
        try_next=("label_smoothing", "seed"),
    )


def check_stuck_losses(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find losses that stay where guessing puts them: the discriminator has never begun to learn."""

    def is_undecided(epoch: Epoch) -> bool:
        losses = (epoch.discriminator_loss, epoch.generator_loss)
        return all(abs(loss - thresholds.undecided_loss) < UNDECIDED_MARGIN for loss in losses)

    if not _lasts(epochs, STUCK_EPOCHS, is_undecided):
        return None
    return Problem(
        NO_LEARNING,
        seen=f"both losses have been at ln 2 = {thresholds.undecided_loss:.3f} for {STUCK_EPOCHS} epochs",
        means="the discriminator only guesses: it is not trained at all, or it cannot see the difference",
        try_next=("seed",),
        duration=STUCK_EPOCHS,
    )


def check_variety(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find a grid of nearly identical images, or one whose images become less and less varied."""
    return _check_collapse(epochs) or _check_decreasing_variety(epochs)


def _check_collapse(epochs: Sequence[Epoch]) -> Problem | None:
    if len(epochs) < WARM_UP_EPOCHS + LASTING_EPOCHS:
        return None
    if not _lasts(epochs, LASTING_EPOCHS, lambda epoch: epoch.variety < COLLAPSED_VARIETY):
        return None
    return Problem(
        COLLAPSE,
        seen=f"the images of the grid are nearly identical ({epochs[-1].variety:.0%} of the real images' variety)",
        means="the generator has found one image that the discriminator accepts, and draws it for every noise vector",
        try_next=("label_smoothing", "seed"),
    )


def _check_decreasing_variety(epochs: Sequence[Epoch]) -> Problem | None:
    earlier = [epoch.variety for epoch in epochs[WARM_UP_EPOCHS:-LASTING_EPOCHS] if not isnan(epoch.variety)]
    if len(earlier) < WARM_UP_EPOCHS:
        return None
    # At most 1: noise is more varied than real images are.
    highest = min(float(np.quantile(earlier, EARLIER_QUANTILE)), 1.0)
    if not _lasts(epochs, LASTING_EPOCHS, lambda epoch: epoch.variety < DECREASED_VARIETY * highest):
        return None
    return Problem(
        DECREASING_VARIETY,
        seen=f"the variety of the grid's images fell from {highest:.0%} of the real images' variety to"
        f" {epochs[-1].variety:.0%}",
        means="the generator no longer draws some kinds of images, which is how mode collapse begins",
        try_next=("label_smoothing", "seed"),
    )


def check_memorization(epochs: Sequence[Epoch], thresholds: HealthThresholds) -> Problem | None:
    """Find a discriminator that rates unseen real images like generated ones."""
    if not _lasts(epochs, LASTING_EPOCHS, lambda epoch: epoch.memorization > MEMORIZED):
        return None
    return Problem(
        MEMORIZATION,
        seen="the discriminator's outputs for unseen real images are"
        f" {epochs[-1].memorization:.0%} of the way from those for training images to those for generated ones, over"
        f" {MEMORIZED:.0%} for {LASTING_EPOCHS} epochs",
        means="it recognizes the training images instead of what makes images real, so the generated images become less"
        " varied",
        try_next=("practice", "seed"),
    )


def _lasts(epochs: Sequence[Epoch], count: int, is_bad: Callable[[Epoch], bool]) -> bool:
    """Return whether there are at least `count` epochs and `is_bad` is true of each of the last ones."""
    return len(epochs) >= count and all(map(is_bad, epochs[-count:]))


def _gradients(epoch: Epoch) -> list[float]:
    return [norm for norm in (epoch.discriminator_gradient, epoch.generator_gradient) if not isnan(norm)]
