"""Measuring a generator with the judge of its data set: one draw of images, or all metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import keras
import numpy as np

from assignment.evaluation.comparison import DRAW_COUNT, Comparison
from assignment.evaluation.copying import find_copies
from assignment.evaluation.floor import Floor, measure_floor
from assignment.evaluation.gan_train import GAN_TRAIN_IMAGES, GanTrainScores, gan_train
from assignment.evaluation.judge_files import StoredJudge
from assignment.evaluation.judge_store import get_judge
from assignment.evaluation.scores import Copying, ScoreRange, Scores, summarize
from assignment.evaluation.shipped_judges import read_shipped_facts, read_shipped_judge, shipped_floor
from assignment.session.run import Run
from assignment.session.track import EvaluationSpec
from assignment.settings.tracks import Settings
from assignment.training.gan import generate_images, generator_inputs
from assignment.training.streams import Purpose


class Measurement(NamedTuple):
    """All metrics of a generator by name, what real images score, and how near its images are to training images."""

    scores: dict[str, ScoreRange]
    floor: Floor
    copying: Copying


class Measurer:
    """Measures generators of a run's track.

    facts: those of the judge.
    comparison: the real images, as the judge reads them.
    """

    def __init__(self, run: Run[Settings], spec: EvaluationSpec):
        self._run, self._spec = run, spec
        stored = _get_judge(run, spec)
        self._judge, self.facts = stored
        self.comparison = Comparison(stored.judge, spec.images, spec.labels)

    def measure_draw(self, generator: keras.Model, epoch: int, draw: int = 0) -> Scores:
        """Return the scores of one draw of images; the noise follows from the run's seed, the epoch and the draw."""
        return self._score(*self._generate(generator, epoch, draw, self.comparison.draw_size))

    def measure(
        self,
        generator: keras.Model,
        epoch: int,
        on_progress: Callable[[float], None] = lambda share: None,
        draw_count: int = DRAW_COUNT,
    ) -> Measurement:
        """Return all metrics of a generator after `epoch` complete epochs, from `draw_count` draws of images.

        on_progress: called with the share that is done, in 0..1.
        """
        tasks = draw_count + 1  # the search for copies takes about as long as a draw
        draws = []
        for number in range(1, draw_count + 1):
            images, labels = self._generate(generator, epoch, number, self.comparison.draw_size)
            draws.append(self._score(images, labels))
            if number == 1:
                first_images = images
            on_progress(number / tasks)
        floor = self._get_floor()
        copying = find_copies(first_images, self._training_images, floor.copying)
        on_progress(1.0)
        return Measurement(summarize(draws), floor, copying)

    def measure_gan_train(
        self, generator: keras.Model, epoch: int, on_progress: Callable[[float], None] = lambda share: None
    ) -> GanTrainScores:
        """Return GAN-train and GAN-test of a generator that takes labels; this trains a classifier on its images.

        If the judge was trained here, a classifier is trained on real images as well, to compare with.
        on_progress: called with the share that is done, in 0..1.
        """
        data, test_images, test_labels = self._spec.data, self._spec.images, self._spec.labels
        images, labels = self._generate(generator, epoch, DRAW_COUNT + 1, GAN_TRAIN_IMAGES)
        if data.is_standin:
            real_images, real_labels = data.images[:GAN_TRAIN_IMAGES], data.labels[:GAN_TRAIN_IMAGES]
            real_train = gan_train(
                real_images, real_labels, test_images, test_labels, lambda share: on_progress(share / 2)
            )
            score = gan_train(images, labels, test_images, test_labels, lambda share: on_progress(0.5 + share / 2))
        else:
            real_train = read_shipped_facts(data.source.name).gan_train
            score = gan_train(images, labels, test_images, test_labels, on_progress)
        return GanTrainScores(
            gan_train=score,
            gan_test=self._judge.accuracy(images, labels),
            real_train=real_train,
            real_test=self.facts.accuracy,
        )

    def _generate(self, generator: keras.Model, epoch: int, draw: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return one draw of images (count, 28, 28, 1), and the labels (count,) that they were asked for, if any."""
        noise = self._run.draw_noise(
            Purpose.EVALUATION_NOISE, epoch, draw, count=count, latent_dim=generator.inputs[0].shape[1]
        )
        labels = np.resize(self.comparison.classes, count).astype(np.int32)
        return generate_images(generator, generator_inputs(generator, noise, labels[:, np.newaxis])), labels

    def _score(self, images: np.ndarray, labels: np.ndarray) -> Scores:
        return self.comparison.measure(images, labels if self._spec.expects_class else None)

    def _get_floor(self) -> Floor:
        """Return the floor that comes with the judge; measure that of a judge that was trained here."""
        spec = self._spec
        if spec.data.is_standin:
            unseen_images = None if spec.unseen is None else spec.unseen.images
            return measure_floor(self.comparison, self._training_images, unseen_images)
        return shipped_floor(spec.data.source.name, spec.images)

    @property
    def _training_images(self) -> np.ndarray:
        return self._spec.images if self._spec.learned_from is None else self._spec.learned_from


def _get_judge(run: Run[Settings], spec: EvaluationSpec) -> StoredJudge:
    """Return the judge that is shipped for real images; for a stand-in, one that is stored or trained now."""
    data, screen = spec.data, run.screen
    if data.is_standin:
        stored = get_judge(
            data.source.name,
            data.dataset,
            lambda: _training_judge(run, spec),
            lambda text: screen.say(f"  {text}"),
        )
    else:
        stored = read_shipped_judge(data.source.name)
    accuracy, minimum = stored.facts.accuracy, data.source.expected_accuracy
    screen.say(f"  the judge {stored.facts.weights} recognizes {accuracy:.2%} of the test images")
    if accuracy < minimum:
        screen.warn("A weak judge", f"It should recognize {minimum:.0%}; do not rely on its metrics.")
    return stored


@contextmanager
def _training_judge(run: Run[Settings], spec: EvaluationSpec) -> Iterator[Callable[[float], None]]:
    run.screen.say_wrapped(
        f"  First, a judge is trained: a classifier of the stand-in of {spec.data.source.title} that measures the"
        " generated images. It takes about a minute on two cores, once for all runs."
    )
    with run.screen.working("training the judge") as update:
        yield update
