"""The MNIST exercise: its eight steps, put together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from assignment.data import sources
from assignment.digits import networks
from assignment.digits.sheet import SHEET
from assignment.evaluation.health import HealthThresholds
from assignment.evaluation.metrics import real_distance
from assignment.figures.grids import image_grid
from assignment.practices.view import TrainingView
from assignment.session.run import Run
from assignment.session.track import Track, TrainingData, compare_with_test_images, load_training_images
from assignment.settings.tracks import DigitsSettings
from assignment.training.steps import taped_update

GRID_IMAGES = 12  # as in the assignment's grids


def draw_real_images(data: TrainingData, run: Run[DigitsSettings]) -> Figure:
    """Draw the first 12 images."""
    title = f"The first {GRID_IMAGES} images of {data.source.title}"
    return image_grid(data.images[:GRID_IMAGES], title, run.caption)


def training_view(sample: Callable[[], np.ndarray], data: TrainingData, settings: DigitsSettings) -> TrainingView:
    """Return how the training is drawn: a grid of 12 images."""
    return TrainingView(sample, thresholds=HealthThresholds(GRID_IMAGES, real_distance(data.images)))


TRACK: Track[DigitsSettings] = Track(
    sheet=SHEET,
    load_data=lambda run: load_training_images(sources.MNIST, run),
    draw_real_images=draw_real_images,
    build_generator=lambda settings, precision: networks.build_generator(settings.firstname, settings.seed, precision),
    build_discriminator=lambda settings, precision: networks.build_discriminator(
        settings.firstname, settings.seed, precision
    ),
    compile_gan=lambda generator, discriminator, settings: networks.compile_gan(generator, discriminator),
    update_rule=taped_update,
    training_view=training_view,
    evaluation=compare_with_test_images,
    grid_size=GRID_IMAGES,
)
