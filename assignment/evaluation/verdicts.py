"""The questions that a sheet asks of a trained generator, answered with the figures that the answer rests on.

Source: the MNIST exercise, "Success Metrics". The bounds are ours, and stand beside every answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assignment.evaluation.health import UNSTABLE, Spell
from assignment.evaluation.scores import Copying, Range

# Shares of what real images have.
AS_CERTAIN, AS_PRECISE = 0.8, 0.5
AS_AGREED = 0.9
AS_VARIED, AS_RECALLED = 0.5, 0.25
NO_COLLAPSE = "Is it free of mode collapse?"
IMPROVED = 0.5  # of the untrained generator's judge FID
COPIES = 0.2  # of the images, where 1 % is what chance brings


class Verdict(NamedTuple):
    """An answer, "yes", "no" or "not shown", to a question, and the evidence in words with its figures and bounds."""

    question: str
    answer: str
    evidence: str


def verdicts(
    figures: Mapping[str, Range],
    floor: Mapping[str, Range],
    copying: Copying,
    judge_fids: Mapping[int, float],
    spells: Sequence[Spell],
    classes: int,
) -> list[Verdict]:
    """Judge a generator by its `figures` and their `floor`, as `measures.summarised` gives them.

    `judge_fids` are those that were measured, by epoch in their order; `spells` is what was not well; `classes` is how
    many there are to cover.
    """
    given = [recognisable(figures, floor)]
    if "agreement" in figures:
        given.append(as_asked(figures, floor))
    return [*given, no_collapse(figures, floor, classes), stable(spells), improving(judge_fids), no_copies(copying)]


def recognisable(figures: Mapping[str, Range], floor: Mapping[str, Range]) -> Verdict:
    """Whether the images are recognisable, and lie where real ones do."""
    certain, precise = _share(figures, floor, "certain"), _share(figures, floor, "precision")
    return Verdict(
        "Are the images recognisable?",
        _answer(certain >= AS_CERTAIN and precise >= AS_PRECISE),
        f"The judge recognises {figures['certain'].mean:.1%} of them with certainty, and {floor['certain'].mean:.1%} of"
        f" real ones; {figures['precision'].mean:.1%} of them lie among real images, and {floor['precision'].mean:.1%}"
        f" of real ones do; yes from {AS_CERTAIN:.0%} and {AS_PRECISE:.0%} of those on.",
    )


def as_asked(figures: Mapping[str, Range], floor: Mapping[str, Range]) -> Verdict:
    """Whether the images are of the class that they should be of."""
    return Verdict(
        "Are they what they should be?",
        _answer(_share(figures, floor, "agreement") >= AS_AGREED),
        f"The judge recognises {figures['agreement'].mean:.1%} of them as what they should be, and"
        f" {floor['agreement'].mean:.1%} of real ones; yes from {AS_AGREED:.0%} of that on.",
    )


def no_collapse(figures: Mapping[str, Range], floor: Mapping[str, Range], classes: int) -> Verdict:
    """Whether the generator draws all there is to draw."""
    diversity, recall = _share(figures, floor, "diversity"), _share(figures, floor, "recall")
    return Verdict(
        NO_COLLAPSE,
        _answer(figures["classes"].mean > classes - 0.5 and diversity >= AS_VARIED and recall >= AS_RECALLED),
        f"{figures['classes'].mean:.0f} of {classes} {'class is' if classes == 1 else 'classes are'} covered; images of"
        f" one class are {diversity:.0%} as different from each other as real ones, and recall is {recall:.0%} of"
        f" theirs; yes with all classes, from {AS_VARIED:.0%} and {AS_RECALLED:.0%} on.",
    )


def stable(spells: Sequence[Spell]) -> Verdict:
    """Whether the training was stable."""
    found = [
        f"{spell.finding.name} (epochs {spell.first} to {spell.last})"
        for spell in spells
        if spell.finding.name in UNSTABLE
    ]
    return Verdict(
        "Were the losses stable?",
        _answer(not found),
        f"Seen during the training: {', '.join(found)}."
        if found
        else "No loss went to its least, stood still at ln 2 or left all bounds, and no gradient exploded or vanished.",
    )


def improving(judge_fids: Mapping[int, float]) -> Verdict:
    """Whether the images became better over the training."""
    question = "Did the images improve over the training?"
    if len(judge_fids) < 2:
        return Verdict(question, "not shown", "They were measured only once.")
    first, *_, last = judge_fids.values()
    told = [f"{fid:.1f} ({'untrained' if epoch == 0 else f'epoch {epoch}'})" for epoch, fid in judge_fids.items()]
    shown = told if len(told) <= 5 else [*told[:2], told[len(told) // 2], *told[-2:]]
    return Verdict(
        question,
        _answer(last <= IMPROVED * first),
        f"Judge FID: {', '.join(shown)}; yes from half of the first on.",
    )


def no_copies(copying: Copying) -> Verdict:
    """Whether the generator draws images of its own."""
    return Verdict(
        "Are they more than copies of the training images?",
        _answer(copying.copies < COPIES),
        f"{copying.copies:.1%} of them are nearer to a training image than 99 % of other real images are; drawing"
        f" afresh brings about 1 %; yes below {COPIES:.0%}.",
    )


def _share(figures: Mapping[str, Range], floor: Mapping[str, Range], name: str) -> float:
    """A figure by its floor; 0 by 0 is as good as it gets."""
    return figures[name].mean / floor[name].mean if floor[name].mean else 1.0


def _answer(holds: bool) -> str:
    return "yes" if holds else "no"
