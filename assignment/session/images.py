"""Real images as arrays, for Python: from a folder, Keras' cache or a download, as in a run."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from assignment.data import sources
from assignment.data.dataset import TRAINING_IMAGES, Dataset, scale_pixels
from assignment.data.sources import SOURCES, Source
from assignment.settings.checks import check_choice, checked_folder
from assignment.settings.tracks import DATA_CHOICES, DATASETS


def load_images(
    dataset: str = "mnist", data_dir: Path | str | None = None, data: str = "auto"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 60,000 training images, float32 (n, 28, 28, 1) in [-1, 1], and their labels, uint8 (n,).

    dataset: "mnist" or "fashion-mnist".
    data_dir, data: as the options of a run.
    Raises AssignmentError, one sentence, for other values, or if the images cannot be loaded.
    """
    check_choice("dataset", dataset, DATASETS)
    loaded = load_source(SOURCES[dataset], data_dir, data)
    images = scale_pixels(loaded.images[:TRAINING_IMAGES, ..., np.newaxis])  # (60000, 28, 28, 1)
    return images, loaded.labels[:TRAINING_IMAGES]


def load_source(source: Source, data_dir: Path | str | None = None, data: str = "auto") -> Dataset:
    """Return a data set; warn if it is the drawn stand-in. Raises AssignmentError as `load_images` does."""
    check_choice("data", data, DATA_CHOICES)
    folder = None if data_dir is None else checked_folder("data_dir", data_dir)
    dataset = sources.load(source, data, folder)
    if dataset.provenance.is_standin:
        warnings.warn(f"{dataset.provenance.description}.", stacklevel=3)
    return dataset
