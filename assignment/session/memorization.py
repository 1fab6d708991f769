"""Measures after every epoch whether a run's discriminator memorizes the training images."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from assignment.evaluation.memorization import logits, memorization
from assignment.session.run import Run
from assignment.session.track import LabeledImages
from assignment.settings.tracks import Settings
from assignment.training.gan import Gan, gives_probability
from assignment.training.naming import named_for_graphs
from assignment.training.streams import Purpose

IMAGES = 1_000  # of training images, and of unseen ones
GENERATED = 250  # they take longer than the others


class MemorizationCheck:
    """Compares a discriminator's outputs for training images with those for real images that it has not seen.

    Nothing that the training uses changes: the networks run outside training mode.
    """

    def __init__(self, run: Run[Settings], gan: Gan, seen: LabeledImages, unseen: LabeledImages):
        self._gan, self._seen, self._unseen = gan, _first(seen), _first(unseen)
        self._noise = run.draw_noise(Purpose.MEMORIZATION_NOISE, count=GENERATED, latent_dim=gan.latent_dim)

        @tf.function(autograph=False)
        def outputs(images, labels) -> tf.Tensor:
            with named_for_graphs(gan.discriminator):
                answers = gan.discriminator(gan.discriminator_inputs(images, labels), training=False)
            return tf.cast(tf.nest.flatten(answers)[0], tf.float32)  # (n, 1); an auxiliary one also answers the class

        @tf.function(autograph=False)
        def fakes(noise, labels) -> tf.Tensor:
            with named_for_graphs(gan.generator):
                return gan.generator(gan.generator_inputs(noise, labels), training=False)

        self._outputs, self._fakes = outputs, fakes

    def measure(self) -> dict[str, float]:
        """Return `memorization`."""
        labels = self._seen.labels[:GENERATED]
        generated = self._logits(self._fakes(self._noise[: len(labels)], labels), labels)
        return {"memorization": memorization(self._logits(*self._seen), self._logits(*self._unseen), generated)}

    def _logits(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        return logits(self._outputs(images, labels), gives_probability(self._gan.discriminator))


def _first(sample: LabeledImages) -> LabeledImages:
    """Return the first images of a sample, with labels int32 (n, 1) as the networks take them."""
    return LabeledImages(sample.images[:IMAGES], sample.labels[:IMAGES, np.newaxis].astype(np.int32))
