"""Whether a training is well, in plain words: what was seen, what it usually means, and what to try next.

Pure functions of what a training has brought so far. A single epoch may be chance, so that all but NaN is said after
several of them in a row. Sources of what is looked at: the lecture's table of problems and remedies, and Chintala et
al. 2016 ("How to train a GAN?", 10); the thresholds are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isnan, log, nan
from typing import NamedTuple

import numpy as np

RECENT = 3  # epochs
NEAR_LEAST = 0.02  # nats, of the discriminator above its least: it gives the truth 98 % on average
BEATEN = 1.4  # nats: twice what pure guessing has
LARGE_GRADIENT, SMALL_GRADIENT = 100.0, 1e-5  # the first is the lecture's and Chintala's
NEAR_UNDECIDED, STUCK = 0.006, 8  # nats and epochs; smoothed labels move an undecided loss by 0.005
EARLY = 5  # epochs: BatchNormalization's averages lag behind, and the grids are grey (README, the grids)
NEAR_COPIES = 0.1  # of the real images' distance from each other
NARROWED = 0.5  # of the variety before

NOT_A_NUMBER = "not a number"
DISCRIMINATOR_WINS = "the discriminator wins"
DISCRIMINATOR_LOST = "the discriminator is lost"
EXPLODING = "exploding gradients"
VANISHING = "vanishing gradients"
NOTHING_LEARNED = "neither network learns"
COLLAPSE = "mode collapse"
NARROWING = "the variety falls"
UNSTABLE = (NOT_A_NUMBER, DISCRIMINATOR_WINS, DISCRIMINATOR_LOST, EXPLODING, VANISHING, NOTHING_LEARNED)


class Scale(NamedTuple):
    """By what a track's training is measured.

    `of_a_kind` images of its grid after each other are of one kind, and `real_distance` is that of real images of one
    kind, as `variety` gives it; 0 kinds: variety is not watched. `least_loss` is the least that the discriminator's
    loss can be and `undecided` what both losses are where it only guesses, in nats; NaN where they hold more than that.
    """

    of_a_kind: int = 0
    real_distance: float = nan
    least_loss: float = 0.0
    undecided: float = log(2)


class Epoch(NamedTuple):
    """What health looks at after an epoch: mean losses in nats, norms of the gradients, and the grid's variety.

    `variety` is the distance within the grid by that within real images of the same kinds. NaN stands for a gradient
    or a variety that was not measured.
    """

    epoch: int
    discriminator_loss: float
    generator_loss: float
    discriminator_gradient: float = nan
    generator_gradient: float = nan
    variety: float = nan


class Finding(NamedTuple):
    """One thing that is not well: its `name`, what was `seen`, what it usually `means`, and since how many epochs.

    `try_next` are settings, the first of which that can still be changed for the better is the one to try.
    """

    name: str
    seen: str
    means: str
    try_next: tuple[str, ...]
    lasted: int = RECENT


class Spell(NamedTuple):
    """A finding as it was first made, and the first and the last epoch in which it was so."""

    finding: Finding
    first: int
    last: int


def least_smoothed_loss(smoothing: float) -> float:
    """The least that a discriminator's loss can be, in nats, where real images are asked for as 1 - `smoothing`.

    Half the entropy of that answer, since the fakes' half of the loss can be 0.
    """
    return -sum(share * log(share) for share in (smoothing, 1 - smoothing) if share) / 2


def findings(epochs: Sequence[Epoch], scale: Scale = Scale()) -> list[Finding]:
    """What is not well after the last of `epochs`, which are all that there were, in their order."""
    checks = (not_finite, certain, beaten, exploding, vanishing, stuck, narrow)
    return [finding for check in checks if (finding := check(epochs, scale))]


def spells(epochs: Sequence[Epoch], scale: Scale = Scale()) -> list[Spell]:
    """All that was not well in a training, in the order in which it was found."""
    found: list[Spell] = []
    for count, epoch in enumerate(epochs, start=1):
        for finding in findings(epochs[:count], scale):
            going_on = [one for one in found if (one.finding.name, one.last) == (finding.name, epoch.epoch - 1)]
            if going_on:
                found[found.index(going_on[0])] = going_on[0]._replace(last=epoch.epoch)
            else:
                found.append(Spell(finding, epoch.epoch - finding.lasted + 1, epoch.epoch))
    return found


def not_finite(epochs: Sequence[Epoch], scale: Scale) -> Finding | None:
    """A loss that is no number any more, or a gradient that is infinite."""
    last = epochs[-1]
    if not (isnan(last.discriminator_loss) or isnan(last.generator_loss) or inf in last or -inf in last):
        return None
    return Finding(
        NOT_A_NUMBER,
        f"a loss, a weight or a gradient of epoch {last.epoch} is NaN or infinite",
        "a step was so large that the weights left all bounds, and no later step brings them back",
        ("precision", "batch_size"),
        lasted=1,
    )


def certain(epochs: Sequence[Epoch], scale: Scale) -> Finding | None:
    """A discriminator that is always right."""
    bound = scale.least_loss + NEAR_LEAST
    if not _lasts(epochs, RECENT, lambda epoch: epoch.discriminator_loss < bound):
        return None
    least = f"{scale.least_loss:.3f}, its least" if scale.least_loss else "0"
    return Finding(
        DISCRIMINATOR_WINS,
        f"the discriminator's loss is near {least} ({epochs[-1].discriminator_loss:.4f} nats) for {RECENT} epochs, the"
        f" generator's is {epochs[-1].generator_loss:.1f}",
        "it tells every fake at once, so that the generator cannot learn from it what to do better",
        ("label_smoothing", "seed"),
    )


def beaten(epochs: Sequence[Epoch], scale: Scale) -> Finding | None:
    """A discriminator that does worse than guessing, for long."""
    if isnan(scale.undecided) or not _lasts(epochs, RECENT, lambda epoch: epoch.discriminator_loss > BEATEN):
        return None
    return Finding(
        DISCRIMINATOR_LOST,
        f"the discriminator's loss is {epochs[-1].discriminator_loss:.2f} nats, and over {BEATEN} for {RECENT} epochs;"
        f" guessing alone has {scale.undecided:.3f}",
        "its steps are too large for what it learns, so that it says wrong things with certainty",
        ("batch_size",),
    )


def exploding(epochs: Sequence[Epoch], scale: Scale) -> Finding | None:
    """Gradients beyond all measure."""
    if not _lasts(epochs, RECENT, lambda epoch: max(_gradients(epoch), default=0.0) > LARGE_GRADIENT):
        return None
    return Finding(
        EXPLODING,
        f"a network's gradient has a norm of about {max(_gradients(epochs[-1])):.0f}, and over {LARGE_GRADIENT:.0f} for"
        f" {RECENT} epochs",
        "each step throws the weights further than the last corrected them",
        ("batch_size",),
    )


def vanishing(epochs: Sequence[Epoch], scale: Scale) -> Finding | None:
    """Gradients that move nothing."""
    if not _lasts(epochs, RECENT, lambda epoch: min(_gradients(epoch), default=inf) < SMALL_GRADIENT):
        return None
    return Finding(
        VANISHING,
        f"a network's gradient has a norm of about {min(_gradients(epochs[-1])):.1e}, near 0 for {RECENT} epochs",
        "the discriminator's answer no longer depends on what it is shown, so that nothing is learned",
        ("label_smoothing", "seed"),
    )


def stuck(epochs: Sequence[Epoch], scale: Scale) -> Finding | None:
    """Both losses where pure guessing has them: the discriminator has never begun to tell real from fake."""

    def undecided(epoch: Epoch) -> bool:
        losses = (epoch.discriminator_loss, epoch.generator_loss)
        return all(abs(loss - scale.undecided) < NEAR_UNDECIDED for loss in losses)

    if not _lasts(epochs, STUCK, undecided):
        return None
    return Finding(
        NOTHING_LEARNED,
        f"both losses stand at ln 2 = {scale.undecided:.3f} for {STUCK} epochs",
        "the discriminator only guesses; either it is not trained at all, or it cannot see the difference",
        ("seed",),
        lasted=STUCK,
    )


def narrow(epochs: Sequence[Epoch], scale: Scale) -> Finding | None:
    """A grid of one image again and again, or one that once varied and does so less and less."""
    return _near_copies(epochs) or _narrowing(epochs)


def _near_copies(epochs: Sequence[Epoch]) -> Finding | None:
    if len(epochs) < EARLY + RECENT or not _lasts(epochs, RECENT, lambda epoch: epoch.variety < NEAR_COPIES):
        return None
    return Finding(
        COLLAPSE,
        f"the images of the grid are near-copies of each other ({epochs[-1].variety:.0%} of the real images' variety)",
        "the generator has found one image that the discriminator takes, and draws it whatever the noise",
        ("label_smoothing", "seed"),
    )


def _narrowing(epochs: Sequence[Epoch]) -> Finding | None:
    before = [epoch.variety for epoch in epochs[EARLY:-RECENT] if not isnan(epoch.variety)]
    if len(before) < EARLY:
        return None
    # Not the largest, which may be chance, and no more than the real images': noise is more varied than they are.
    widest = min(np.quantile(before, 0.9), 1.0)
    if not _lasts(epochs, RECENT, lambda epoch: epoch.variety < NARROWED * widest):
        return None
    return Finding(
        NARROWING,
        f"the images of the grid are {epochs[-1].variety:.0%} as different from each other as real ones, where they"
        f" were {widest:.0%}",
        "the generator gives up kinds of images, which is how a mode collapse begins",
        ("label_smoothing", "seed"),
    )


def _lasts(epochs: Sequence[Epoch], count: int, holds: Callable[[Epoch], bool]) -> bool:
    """Whether `holds` is true of each of the last `count` epochs, and there are as many."""
    return len(epochs) >= count and all(map(holds, epochs[-count:]))


def _gradients(epoch: Epoch) -> list[float]:
    return [norm for norm in (epoch.discriminator_gradient, epoch.generator_gradient) if not isnan(norm)]
