"""Answer the questions about a trained generator, with the numbers that each answer rests on.

Source of the questions: the MNIST exercise, "Success Metrics". The thresholds are ours; every answer states them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assignment.evaluation.health import STUCK_EPOCHS, UNSTABLE, Episode
from assignment.evaluation.scores import CONFIDENCE, Copying, ScoreRange

# Shares of the floor that the scores must reach.
MINIMUM_CONFIDENT, MINIMUM_PRECISION = 0.8, 0.5
MINIMUM_AGREEMENT = 0.9
MINIMUM_DIVERSITY, MINIMUM_RECALL = 0.5, 0.25
MAXIMUM_FID_RATIO = 0.5  # of the last judge FID to the first
OVERTRAINED_RATIO = 1.5  # of the last judge FID to the lowest; two draws of one generator differ by less
COPY_LIMIT = 0.2  # of the images; about 1 % are near a training image by chance
LISTED_FIDS = 5  # in the evidence; of more, the first two, the middle one and the last two are listed

NOT_SHOWN = "not shown"
NO_COLLAPSE_QUESTION = "Is the generator free of mode collapse?"


@dataclass(frozen=True)
class Verdict:
    """The answer to a question ("yes", "no" or "not shown") and the evidence, with its numbers and thresholds."""

    question: str
    answer: str
    evidence: str


def verdicts(
    scores: Mapping[str, ScoreRange],
    floor: Mapping[str, ScoreRange],
    copying: Copying,
    judge_fids: Mapping[float, float],
    episodes: Sequence[Episode],
    class_count: int,
    epochs: int,
) -> list[Verdict]:
    """Return the verdicts on a generator.

    scores, floor: those of the generated images and of real ones, from `scores.summarize`.
    judge_fids: the measured judge FIDs by epoch, in order.
    episodes: the problems found during the training.
    class_count: number of classes that the generator should cover.
    epochs: number of complete epochs.
    """
    return [
        *image_verdicts(scores, floor, copying, class_count),
        stable(episodes, epochs),
        improved(judge_fids),
    ]


def image_verdicts(
    scores: Mapping[str, ScoreRange], floor: Mapping[str, ScoreRange], copying: Copying, class_count: int
) -> list[Verdict]:
    """Return the verdicts that follow from the images alone; the arguments are those of `verdicts`.

    Images that are not recognizable cannot show that the generator is varied or original: noise is both.
    """
    first, *others = [
        recognizable(scores, floor),
        *([right_class(scores, floor)] if "agreement" in scores else []),
        no_collapse(scores, floor, class_count),
        original(copying),
    ]
    if first.answer == "no":
        others = [_without_yes(verdict) for verdict in others]
    return [first, *others]


def _without_yes(verdict: Verdict) -> Verdict:
    """Return a verdict on images that are not recognizable: "not shown" in place of "yes"."""
    if verdict.answer != "yes":
        return verdict
    evidence = f"The images are not recognizable, so this does not count: {verdict.evidence}"
    return replace(verdict, answer=NOT_SHOWN, evidence=evidence)


def recognizable(scores: Mapping[str, ScoreRange], floor: Mapping[str, ScoreRange]) -> Verdict:
    """Answer whether the images are recognizable and lie among real ones."""
    confident, precision = _share_of_floor(scores, floor, "confident"), _share_of_floor(scores, floor, "precision")
    return Verdict(
        "Are the images recognizable?",
        _yes_or_no(confident >= MINIMUM_CONFIDENT and precision >= MINIMUM_PRECISION),
        f"The judge recognizes {scores['confident'].mean:.1%} of the images with confidence >= {CONFIDENCE} (real"
        f" images: {floor['confident'].mean:.1%}). Precision is {scores['precision'].mean:.1%} (real images:"
        f" {floor['precision'].mean:.1%}). Yes if they reach {MINIMUM_CONFIDENT:.0%} and {MINIMUM_PRECISION:.0%} of the"
        " real images' values.",
    )


def right_class(scores: Mapping[str, ScoreRange], floor: Mapping[str, ScoreRange]) -> Verdict:
    """Answer whether the images show the class that they should show."""
    return Verdict(
        "Do the images show the right class?",
        _yes_or_no(_share_of_floor(scores, floor, "agreement") >= MINIMUM_AGREEMENT),
        f"The judge recognizes {scores['agreement'].mean:.1%} of the images as the right class (real images:"
        f" {floor['agreement'].mean:.1%}). Yes if this reaches {MINIMUM_AGREEMENT:.0%} of the real images' value.",
    )


def no_collapse(scores: Mapping[str, ScoreRange], floor: Mapping[str, ScoreRange], class_count: int) -> Verdict:
    """Answer whether the generator draws all classes, and varied images of each."""
    covered = scores["classes"].mean
    diversity, recall = _share_of_floor(scores, floor, "diversity"), _share_of_floor(scores, floor, "recall")
    # The mean number of classes over the draws may be a fraction, so it is rounded.
    covers_all = covered > class_count - 0.5
    return Verdict(
        NO_COLLAPSE_QUESTION,
        _yes_or_no(covers_all and diversity >= MINIMUM_DIVERSITY and recall >= MINIMUM_RECALL),
        f"{round(covered, 1):g} of {class_count} {'class is' if class_count == 1 else 'classes are'} covered."
        f" Diversity within a class is {diversity:.0%} of the real images', and recall is {recall:.0%} of theirs. Yes"
        f" if all classes are covered and the two reach {MINIMUM_DIVERSITY:.0%} and {MINIMUM_RECALL:.0%}.",
    )


def stable(episodes: Sequence[Episode], epochs: int) -> Verdict:
    """Answer whether the training was stable; a training that is too short for the checks gives no answer."""
    question = "Were the losses stable?"
    found = [
        f"{episode.problem.name} (epochs {episode.first} to {episode.last})"
        for episode in episodes
        if episode.problem.name in UNSTABLE
    ]
    if not found and epochs < STUCK_EPOCHS:
        return Verdict(question, NOT_SHOWN, f"The checks need {STUCK_EPOCHS} epochs; this training has {epochs}.")
    return Verdict(
        question,
        _yes_or_no(not found),
        f"Problems during training: {', '.join(found)}."
        if found
        else "No loss reached its minimum, stayed at ln 2, or became very large, NaN or infinite, and no gradient"
        " exploded or vanished.",
    )


def improved(judge_fids: Mapping[float, float]) -> Verdict:
    """Answer whether the images became better during the training."""
    question = "Did the images improve during training?"
    if len(judge_fids) < 2:
        return Verdict(question, NOT_SHOWN, "The images were measured only once.")
    first, *_, last = judge_fids.values()
    values = [f"{fid:.1f} ({f'epoch {epoch:g}' if epoch else 'untrained'})" for epoch, fid in judge_fids.items()]
    if len(values) > LISTED_FIDS:
        values = [*values[:2], values[len(values) // 2], *values[-2:]]
    return Verdict(
        question,
        _yes_or_no(last <= MAXIMUM_FID_RATIO * first),
        f"Judge FID: {', '.join(values)}. Yes if it fell to half of its first value or less.{_overtrained(judge_fids)}",
    )


def _overtrained(judge_fids: Mapping[float, float]) -> str:
    """Return a sentence if the images were much better at an earlier epoch, otherwise ""."""
    trained = {epoch: fid for epoch, fid in judge_fids.items() if epoch}
    best = min(trained, key=lambda epoch: trained[epoch])
    last = list(trained.values())[-1]
    if last <= OVERTRAINED_RATIO * trained[best]:
        return ""
    return f" It was lowest after epoch {best:g}, {trained[best]:.1f}; the images became worse after it."


def original(copying: Copying) -> Verdict:
    """Answer whether the generator draws new images."""
    return Verdict(
        "Are the images more than copies of the training images?",
        _yes_or_no(copying.copies < COPY_LIMIT),
        f"{copying.copies:.1%} of the images are very near to a training image, as 1% of other real images are by"
        f" chance. Yes if fewer than {COPY_LIMIT:.0%} are.",
    )


def _share_of_floor(scores: Mapping[str, ScoreRange], floor: Mapping[str, ScoreRange], name: str) -> float:
    """Return a score divided by its floor; 1 if the floor is 0."""
    return scores[name].mean / floor[name].mean if floor[name].mean else 1.0


def _yes_or_no(holds: bool) -> str:
    return "yes" if holds else "no"
