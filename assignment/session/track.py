"""What a track (one course sheet) contributes to a run: its steps, its data, its networks and how they are trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.data import sources
from assignment.data.dataset import TRAINING_IMAGES, Dataset, scale_pixels
from assignment.data.sources import Source
from assignment.figures.grids import image_grid
from assignment.foreign.metadata import ModelMetadata
from assignment.practices.view import TrainingView
from assignment.report.sheet import Sheet
from assignment.session.run import Run, SettingsT
from assignment.settings.tracks import Settings
from assignment.storage.workspace import Workspace
from assignment.training.export import export_pair
from assignment.training.gan import LATENT_DIM, Gan
from assignment.training.loop import Position, Row, train
from assignment.training.steps import Ingredients, Update, taped_update

DrawGrid = Callable[[np.ndarray, str, str], Figure]  # of (images, title, caption)
GridInputs = Any  # noise, or a list of noise and labels, as the generator takes them


class LabeledImages(NamedTuple):
    """Images float32 (n, 28, 28, 1) in [-1, 1], and their labels."""

    images: np.ndarray
    labels: np.ndarray


class TrainingData(NamedTuple):
    """The images that a generator learns, and the data set that they come from.

    images: float32 (n, 28, 28, 1) in [-1, 1].
    labels: uint8 (n,).
    source, dataset: the whole data set, test images included.
    unseen: images of the same kind that are left out of the training, if any.
    """

    images: np.ndarray
    labels: np.ndarray
    source: Source
    dataset: Dataset
    unseen: LabeledImages | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of all classes of the data set."""
        return self.source.classes

    @property
    def is_standin(self) -> bool:
        """Whether the images are drawn, not real."""
        return self.dataset.provenance.is_standin


class EvaluationSpec(NamedTuple):
    """What a track's generator is compared with.

    data: the data set that the judge is trained on.
    images, labels: real images float32 (n, 28, 28, 1) in [-1, 1], and their labels (n,).
    learned_from: the images that the generator was trained on; None if they are `images`.
    expects_class: whether every generated image has an expected class: the only one, or the requested one.
    unseen: real images that the discriminator is not trained on; None if there are none.
    """

    data: TrainingData
    images: np.ndarray
    labels: np.ndarray
    learned_from: np.ndarray | None
    expects_class: bool
    unseen: LabeledImages | None = None


def load_dataset(source: Source, run: Run[SettingsT]) -> tuple[Dataset, Run[SettingsT]]:
    """Load a data set, print where it comes from, and return it with a run that knows its provenance."""
    dataset = sources.load(source, run.settings.data, run.settings.data_dir)
    provenance = dataset.provenance
    if provenance.is_standin:
        run.screen.warn(
            "Not the real images",
            f"{provenance.description}. The figures say so and must not be handed in. With a network, --data auto"
            " downloads the real images; --data-dir reads them from a folder.",
        )
    else:
        run.screen.say(f"  {provenance.description}")
    return dataset, run.with_provenance(provenance)


def load_training_images(source: Source, run: Run[SettingsT]) -> tuple[TrainingData, Run[SettingsT]]:
    """Load the 60,000 training images of a data set; return them with a run that knows their provenance."""
    dataset, run = load_dataset(source, run)
    images = scale_pixels(dataset.images[:TRAINING_IMAGES, ..., np.newaxis])  # (60000, 28, 28, 1)
    labels = dataset.labels[:TRAINING_IMAGES]
    run.screen.result(f"images {images.shape} in [-1, 1], labels {labels.shape}: {', '.join(source.classes)}")
    return TrainingData(images, labels, source, dataset), run


def compare_with_test_images(data: TrainingData, expects_class: bool = False) -> EvaluationSpec:
    """Compare a generator with the 10,000 test images, which neither it nor the judge was trained on."""
    images = scale_pixels(data.dataset.images[TRAINING_IMAGES:, ..., np.newaxis])
    labels = data.dataset.labels[TRAINING_IMAGES:]
    unseen = LabeledImages(images, labels) if len(images) else None
    return EvaluationSpec(data, images, labels, data.images, expects_class, unseen)


def train_without_labels(update: Update, data: TrainingData, settings: Settings, position: Position) -> Iterator[Row]:
    """Train on all images without labels; yields one row per epoch."""
    return train(
        update,
        data.images,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        latent_dim=LATENT_DIM,
        seed=settings.seed,
        position=position,
    )


@dataclass(frozen=True)
class Track(Generic[SettingsT]):
    """One course sheet: everything that distinguishes its runs from those of other sheets.

    sheet: the eight steps in words.
    load_data(run): step 1; returns the data and a run that knows their provenance.
    draw_real_images(data, run): step 2.
    build_generator(settings, precision), build_discriminator(settings, precision): steps 3 and 5.
    compile_gan(generator, discriminator, settings): step 6.
    update_rule(gan, ingredients): returns the update of a compiled GAN, `compiled_update` or `taped_update` of `steps`.
    train(update, data, settings, position): step 7; yields one row per epoch.
    training_view(sample, data, settings): how the training is drawn and labelled; `sample()` returns the grid's images.
    evaluation(data): what the generator is compared with.
    grid_size: how many noise vectors a grid has.
    grid_inputs(noise): the generator's inputs for a grid.
    sample(generator, inputs): the grid's images.
    draw_grid: draws a grid where no data is loaded, as step 4 on its own does.
    save_models(gan, workspace, metadata): step 8; returns the paths of both files.
    schedule(update, gan): an update whose learning rates change over the training.
    describe_networks(generator, discriminator, noise, run): prints more about the untrained networks after step 5.
    draw_results(gan, data, run): more figures after step 8.
    """

    sheet: Sheet
    load_data: Callable[[Run[SettingsT]], tuple[TrainingData, Run[SettingsT]]]
    draw_real_images: Callable[[TrainingData, Run[SettingsT]], Figure]
    build_generator: Callable[[SettingsT, str], keras.Model]
    build_discriminator: Callable[[SettingsT, str], keras.Model]
    compile_gan: Callable[[keras.Model, keras.Model, SettingsT], Gan]
    update_rule: Callable[[Gan, Ingredients], Update]
    training_view: Callable[[Callable[[], np.ndarray], TrainingData, SettingsT], TrainingView]
    evaluation: Callable[[TrainingData], EvaluationSpec]
    grid_size: int
    grid_inputs: Callable[[np.ndarray], GridInputs] = lambda noise: noise
    sample: Callable[[keras.Model, GridInputs], np.ndarray] = lambda generator, inputs: generator(
        inputs, training=False
    ).numpy()
    draw_grid: DrawGrid = image_grid
    train: Callable[[Update, TrainingData, SettingsT, Position], Iterator[Row]] = train_without_labels
    save_models: Callable[[Gan, Workspace, ModelMetadata], tuple[Path, Path]] = lambda gan, workspace, metadata: (
        export_pair(gan, workspace.models, metadata)
    )
    schedule: Callable[[Update, Gan], Update] = lambda update, gan: update
    describe_networks: Callable[[keras.Model, keras.Model, np.ndarray, Run[SettingsT]], None] = (
        lambda generator, discriminator, noise, run: None
    )
    draw_results: Callable[[Gan, TrainingData, Run[SettingsT]], None] = lambda gan, data, run: None

    @property
    def uses_tapes(self) -> bool:
        """Whether gradient tapes train the GAN, instead of compiled models and freezing."""
        return self.update_rule is taped_update
