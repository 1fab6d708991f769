"""The conditional track: its eight steps, put together, and its walks through the latent space."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from math import nan

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.conditional import networks, walks
from assignment.conditional.compiling import HALVED_EVERY, compile_gan
from assignment.conditional.sheet import SHEET
from assignment.data import sources
from assignment.data.dataset import CLASS_COUNT
from assignment.evaluation.health import HealthThresholds
from assignment.evaluation.metrics import real_distance
from assignment.figures.curves import loss_curves
from assignment.figures.grids import row_grid
from assignment.practices.view import TrainingView
from assignment.session.run import Run
from assignment.session.track import Track, TrainingData, compare_with_test_images, load_training_images
from assignment.settings.tracks import VALIDITY_AND_CLASS, ConditionalSettings
from assignment.training import loop
from assignment.training.gan import LATENT_DIM, Gan
from assignment.training.loop import Position, Row
from assignment.training.schedule import halving
from assignment.training.steps import Update, compiled_update
from assignment.training.streams import Purpose

GRID_COLUMNS = 8  # images of each class in a grid


def draw_real_images(data: TrainingData, run: Run[ConditionalSettings]) -> Figure:
    """Draw the first images of each class."""
    first = [np.flatnonzero(data.labels == label)[:GRID_COLUMNS] for label in range(CLASS_COUNT)]
    title = f"The first {GRID_COLUMNS} images of each class"
    return draw_classes(data.classes, data.images[np.concatenate(first)], title, run.caption)


def draw_classes(classes: tuple[str, ...], images: np.ndarray, title: str, caption: str) -> Figure:
    """Draw one row of images for each class, with its name."""
    return row_grid(images, classes, title, caption)


def build_discriminator(settings: ConditionalSettings, precision: str) -> keras.Model:
    """Build the discriminator that the settings select."""
    two_outputs = settings.outputs == VALIDITY_AND_CLASS
    build = networks.build_auxiliary_discriminator if two_outputs else networks.build_discriminator
    return build(settings.firstname, settings.seed, precision)


def train(update: Update, data: TrainingData, settings: ConditionalSettings, position: Position) -> Iterator[Row]:
    """Train on all images with their labels; yields one row per epoch."""
    return loop.train(
        update,
        data.images,
        labels=data.labels[:, np.newaxis].astype(np.int32),  # (60000, 1), as the networks take them
        classes=CLASS_COUNT,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        latent_dim=LATENT_DIM,
        seed=settings.seed,
        position=position,
    )


def grid_inputs(noise: np.ndarray) -> list[np.ndarray]:
    """Return noise (80, 100) and labels int32 (80, 1): the same 8 noise vectors for each class."""
    labels = np.repeat(np.arange(CLASS_COUNT, dtype=np.int32), GRID_COLUMNS)
    return [np.tile(noise, (CLASS_COUNT, 1)), labels[:, np.newaxis]]


def training_view(sample: Callable[[], np.ndarray], data: TrainingData, settings: ConditionalSettings) -> TrainingView:
    """Return how the training is drawn: a row for each class; the progress figure has one image of each class.

    The losses of an auxiliary classifier include the class's loss, so ln 2 is not their undecided value.
    """
    view = TrainingView(
        sample,
        draw=partial(draw_classes, data.classes),
        progress_images=range(0, CLASS_COUNT * GRID_COLUMNS, GRID_COLUMNS),
        progress_names=data.classes,
        thresholds=HealthThresholds(GRID_COLUMNS, real_distance(data.images, data.labels)),
    )
    if settings.outputs != VALIDITY_AND_CLASS:
        return view
    return view._replace(
        plot=partial(loss_curves, loss_name="validity and class (nats)", undecided_line=False),
        loss_unit="nats; validity and class together",
        thresholds=view.thresholds._replace(undecided_loss=nan),
    )


def draw_walks(gan: Gan, data: TrainingData, run: Run[ConditionalSettings]) -> None:
    """Draw a walk from one noise vector to another for every class, and a walk from every class to the next."""
    ends = run.draw_noise(Purpose.WALK_NOISE, count=2, latent_dim=LATENT_DIM)
    noise_figure = row_grid(
        walks.noise_walk(gan.generator, ends),
        data.classes,
        "Each class along one great circle of noise",
        run.caption,
        column_axis="from one noise vector to another",
    )
    run.save_figure(noise_figure, run.workspace.noise_walk)
    next_classes = [*data.classes[1:], data.classes[0]]
    label_figure = row_grid(
        walks.label_walk(gan.generator, ends[:1]),
        [f"{one} → {other}" for one, other in zip(data.classes, next_classes)],
        "From each class to the next, with the same noise",
        run.caption,
        column_axis="from one label's embedding to the next",
    )
    run.save_figure(label_figure, run.workspace.label_walk)


TRACK: Track[ConditionalSettings] = Track(
    sheet=SHEET,
    load_data=lambda run: load_training_images(sources.SOURCES[run.settings.dataset], run),
    draw_real_images=draw_real_images,
    build_generator=lambda settings, precision: networks.build_generator(settings.firstname, settings.seed, precision),
    build_discriminator=build_discriminator,
    compile_gan=lambda generator, discriminator, settings: compile_gan(generator, discriminator),
    update_rule=compiled_update,
    train=train,
    schedule=lambda update, gan: halving(update, gan, HALVED_EVERY),
    training_view=training_view,
    evaluation=partial(compare_with_test_images, expects_class=True),
    grid_size=GRID_COLUMNS,
    grid_inputs=grid_inputs,
    draw_results=draw_walks,
)
