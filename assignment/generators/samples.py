"""Samples: images of each label, generated from noise that follows from the seed and the label alone."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from assignment.data.dataset import IMAGE_SHAPE
from assignment.evaluation.metrics import check_finite
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.labels import Labels
from assignment.practices.choice import checked_practices
from assignment.practices.stack import PracticeStack
from assignment.training.gan import generate_images, generator_inputs
from assignment.training.streams import Purpose


@dataclass(frozen=True)
class Samples:
    """The same number of images of each label, label by label.

    images: float32 (n, 28, 28, 1) in [-1, 1].
    noise: what they were generated from, float32 (n, latent_dim).
    labels: each label once; [None] if the generator takes no label.
    metadata: the metadata of the generator's file.
    """

    images: np.ndarray
    noise: np.ndarray
    labels: Labels
    metadata: ModelMetadata

    @property
    def count(self) -> int:
        """The number of images of each label."""
        return len(self.images) // len(self.labels)

    @property
    def class_names(self) -> list[str]:
        """The name of each label, "" if there is none."""
        return ["" if label is None else self.metadata.classes[label] for label in self.labels]

    @property
    def image_labels(self) -> np.ndarray:
        """The label of each image, int32 (n,); -1 if there is none."""
        labels = [-1 if label is None else label for label in self.labels]
        return np.repeat(np.array(labels, np.int32), self.count)


def generate_samples(generator: keras.Model, metadata: ModelMetadata, labels: Labels, count: int, seed: int) -> Samples:
    """Generate `count` images of each label. The noise follows from the seed and the label alone.

    Raises NotFinite if an image has a NaN or infinite value.
    """
    practices = PracticeStack(checked_practices(metadata.practices))
    latent_dim = generator.inputs[0].shape[1]
    noise = np.concatenate(
        [
            practices.draw_noise(seed, Purpose.SAMPLE_NOISE, label or 0, count=count, latent_dim=latent_dim)
            for label in labels
        ]
    )
    label_inputs = np.repeat(np.array([label or 0 for label in labels], np.int32), count)[:, np.newaxis]
    images = generate_images(generator, generator_inputs(generator, noise, label_inputs))
    if np.shape(images) != (len(noise), *IMAGE_SHAPE):
        raise ValueError(f"images of shape {np.shape(images)}")
    check_finite(images)
    return Samples(images, noise, labels, metadata)
