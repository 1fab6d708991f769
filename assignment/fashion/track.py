"""The assignment sheet: its eight steps, put together. The steps are in `step1_data.py` to `step8_save.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from matplotlib.figure import Figure

from assignment.data import sources
from assignment.data.dataset import TROUSER
from assignment.evaluation.health import HealthThresholds
from assignment.evaluation.metrics import real_distance
from assignment.fashion.sheet import SHEET
from assignment.fashion.step1_data import split_data
from assignment.fashion.step2_display import display_images
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step4_sample import draw_samples, sample_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.fashion.step6_compile import compile_gan
from assignment.fashion.step7_train import UPDATE_RULE, train_gan
from assignment.fashion.step8_save import save_models
from assignment.practices.view import TrainingView
from assignment.session.run import Run
from assignment.session.track import EvaluationSpec, Track, TrainingData, load_dataset
from assignment.settings.tracks import FashionSettings
from assignment.training.loop import Position, Row
from assignment.training.steps import Update

GRID_IMAGES = 12  # the sheet, steps 4 and 7


def load_trousers(run: Run[FashionSettings]) -> tuple[TrainingData, Run[FashionSettings]]:
    """Load the sheet's data and print its three shapes; the GAN trains on all 7,000 trousers."""
    source = sources.FASHION_MNIST
    dataset, run = load_dataset(source, run)
    data = split_data(dataset)
    name = run.settings.firstname
    run.screen.result(f"ds1_{name}['images'].shape = {data.ds1['images'].shape}")
    run.screen.result(f"ds2_{name}['images'].shape = {data.ds2['images'].shape}")
    run.screen.result(f"dataset_{name}.shape = {data.dataset.shape}")
    images = data.dataset[..., np.newaxis]  # (7000, 28, 28, 1)
    labels = np.full(len(images), TROUSER, np.uint8)
    return TrainingData(images, labels, source, dataset), run


def draw_real_images(data: TrainingData, run: Run[FashionSettings]) -> Figure:
    """Draw the first 12 trousers."""
    return display_images(data.images, run.caption)


def train(update: Update, data: TrainingData, settings: FashionSettings, position: Position) -> Iterator[Row]:
    """Train on the trousers."""
    return train_gan(update, data.images, settings, position)


def training_view(sample: Callable[[], np.ndarray], data: TrainingData, settings: FashionSettings) -> TrainingView:
    """Return how the training is drawn: a grid of 12 images, with health thresholds for trousers."""
    thresholds = HealthThresholds(images_per_class=GRID_IMAGES, real_distance=real_distance(data.images))
    return TrainingView(sample, draw=draw_samples, thresholds=thresholds)


def evaluation(data: TrainingData) -> EvaluationSpec:
    """Compare with all trousers, which the generator was trained on; every generated image should be trousers."""
    return EvaluationSpec(data, data.images, data.labels, learned_from=None, expects_class=True)


TRACK: Track[FashionSettings] = Track(
    sheet=SHEET,
    load_data=load_trousers,
    draw_real_images=draw_real_images,
    build_generator=lambda settings, precision: build_generator(settings.firstname, settings.seed, precision),
    build_discriminator=lambda settings, precision: build_discriminator(settings.firstname, settings.seed, precision),
    compile_gan=lambda generator, discriminator, settings: compile_gan(generator, discriminator),
    update_rule=UPDATE_RULE,
    train=train,
    save_models=lambda gan, workspace, metadata: save_models(gan, workspace.models_dir, metadata),
    sample=sample_generator,
    draw_grid=draw_samples,
    training_view=training_view,
    evaluation=evaluation,
    grid_size=GRID_IMAGES,
)
