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
from assignment.fashion.step1_data import SheetData, split_data
from assignment.fashion.step2_display import display_images
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step4_sample import draw_samples, sample_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.fashion.step6_compile import compile_gan
from assignment.fashion.step7_train import UPDATE_RULE, train_gan
from assignment.fashion.step8_save import save_models
from assignment.practices.view import TrainingView
from assignment.session.run import Run
from assignment.session.track import EvaluationSpec, LabeledImages, Track, TrainingData, load_dataset
from assignment.settings.tracks import FashionSettings
from assignment.training.loop import Position, Row
from assignment.training.steps import Update
from assignment.training.streams import Purpose, stream

GRID_IMAGES = 12  # the sheet, steps 4 and 7


def load_trousers(run: Run[FashionSettings]) -> tuple[TrainingData, Run[FashionSettings]]:
    """Load the sheet's data and print its three shapes; the GAN trains on all 7,000 trousers except those held out."""
    dataset, run = load_dataset(sources.FASHION_MNIST, run)
    data, name = split_data(dataset), run.settings.firstname
    run.screen.result(f"ds1_{name}['images'].shape = {data.ds1['images'].shape}")
    run.screen.result(f"ds2_{name}['images'].shape = {data.ds2['images'].shape}")
    run.screen.result(f"dataset_{name}.shape = {data.dataset.shape}")
    seen, unseen = hold_out(labeled(data), run.settings.held_out)
    if unseen is not None:
        run.screen.result(f"{len(seen.images):,} images to train on, {len(unseen.images):,} held out")
    return TrainingData(*seen, sources.FASHION_MNIST, dataset, unseen), run


def labeled(data: SheetData) -> LabeledImages:
    """Return all trousers, (7000, 28, 28, 1), with their labels."""
    return LabeledImages(data.dataset[..., np.newaxis], np.full(len(data.dataset), TROUSER, np.uint8))


def hold_out(trousers: LabeledImages, count: int) -> tuple[LabeledImages, LabeledImages | None]:
    """Return the images to train on, and `count` others, chosen at random but the same for every seed."""
    if not count:
        return trousers, None
    order = stream(0, Purpose.HELD_OUT_IMAGES).permutation(len(trousers.images))
    unseen, seen = order[:count], order[count:]
    return LabeledImages(*(part[seen] for part in trousers)), LabeledImages(*(part[unseen] for part in trousers))


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
    """Compare with all trousers, those held out included; every generated image should be trousers."""
    if data.unseen is None:
        return EvaluationSpec(data, data.images, data.labels, learned_from=None, expects_class=True)
    trousers = labeled(split_data(data.dataset))
    return EvaluationSpec(data, *trousers, learned_from=data.images, expects_class=True, unseen=data.unseen)


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
