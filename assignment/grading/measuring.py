"""Measure the generators of a class with the judge: the images are loaded once, and the noise is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from assignment.checking.measuring import SEED, learned_images, real_captions
from assignment.errors import AssignmentError, one_line
from assignment.evaluation.verdicts import Verdict, image_verdicts
from assignment.foreign.metadata import ModelMetadata
from assignment.foreign.network import Network
from assignment.generators.measure import make_measurer
from assignment.grading.archives import Unreadable
from assignment.grading.evidence import ORIGINAL, RECOGNIZABLE, VARIED, Answer
from assignment.grading.examine import REQUIREMENTS, Metrics
from assignment.session.measurement import Measurer
from assignment.session.screen import Screen
from assignment.session.track import Track
from assignment.training.rebuild import rebuild

ADVICE = "train longer, or with another seed (docs/troubleshooting.md)"
DRAWS = 1  # of 2,000 images; `assignment measure` takes the mean of five


class ClassMeasurer:
    """Measures generators of a track.

    load_track: returns a track by its name.
    data_dir: where the real images are, as for a run.
    """

    def __init__(self, track: str, load_track: Callable[[str], Track[Any]], data_dir: Path | None):
        self._track, self._load_track, self._data_dir = track, load_track, data_dir
        self._measurers: dict[str, Measurer] = {}
        self._allowed = real_captions(track)

    def __call__(self, network: Network[np.ndarray], facts: Mapping[str, Any]) -> Metrics:
        """Return the metrics of a generator; `facts` are those in its file.

        Raises Unreadable, with the reason, if it cannot be measured, and AssignmentError if the images are missing.
        """
        images = learned_images(facts, self._track)
        if facts.get("standin") is True or images not in self._allowed:
            raise Unreadable("it did not learn the real images of the sheet, so it is not compared with them")
        measurer = self._measurer(images)
        try:
            generator = rebuild(network, "float32")
        except Exception as error:  # Keras raises many kinds for layers that do not fit each other
            raise Unreadable(f"its generator cannot be built ({type(error).__name__})") from error
        scores, floor, copying = measurer.measure(generator, epoch=0, draw_count=DRAWS)
        verdicts = image_verdicts(scores, floor.scores, copying, len(measurer.comparison.classes))
        return Metrics(
            {**{name: score.mean for name, score in scores.items()}, "copies": copying.copies},
            {name: score.mean for name, score in floor.scores.items() if name in scores},
            _answers(verdicts),
        )

    def _measurer(self, images: str) -> Measurer:
        """Return what compares with these images. Raises AssignmentError if those of the sheet are missing."""
        if images not in self._measurers:
            metadata = ModelMetadata(self._track, "grade", SEED, images, epoch=0)
            screen = Screen(Console(quiet=True))
            track = self._load_track(self._track)
            try:
                self._measurers[images] = make_measurer(Path("a generator"), metadata, track, screen, self._data_dir)
            except AssignmentError as error:
                if images == self._allowed[0]:
                    raise
                raise Unreadable(f"the images that it learned are not here: {one_line(error)}") from error
        return self._measurers[images]


def _answers(verdicts: Sequence[Verdict]) -> dict[str, Answer]:
    """Return the answers by the name of the check, from the verdicts of `image_verdicts` in their order.

    Images of the wrong class count as not recognizable. What images that are not recognizable do not show is no.
    """
    first, *others = verdicts
    *right_class, varied, original = others
    recognizable = next((verdict for verdict in (first, *right_class) if verdict.answer != "yes"), first)
    named = {RECOGNIZABLE: recognizable, VARIED: varied, ORIGINAL: original}
    return {name: Answer(REQUIREMENTS[name], v.answer == "yes", v.evidence, ADVICE) for name, v in named.items()}
