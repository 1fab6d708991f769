"""The lecture notebook as eight steps, with the figures of its sections 6 to 8."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.data import sources
from assignment.evaluation.health import HealthThresholds, minimum_smoothed_loss
from assignment.evaluation.metrics import real_distance
from assignment.figures.curves import two_panel_loss_curves
from assignment.figures.grids import image_grid, row_grid
from assignment.lecture import networks
from assignment.lecture.sheet import SHEET
from assignment.practices.view import TrainingView
from assignment.session.run import Run
from assignment.session.track import Track, TrainingData, compare_with_test_images, load_training_images
from assignment.settings.tracks import LectureSettings
from assignment.training import latent
from assignment.training.gan import LATENT_DIM, Gan, gives_probability
from assignment.training.steps import taped_update
from assignment.training.streams import Purpose

FIRST_GRID = (2, 5)  # rows and columns of real images, with names (the notebook, section 6)
GRID = (4, 4)  # rows and columns from fixed noise (the notebook, section 6)
LARGE_GRID = (4, 8)  # rows and columns of new images (the notebook, section 7)
COMPARED = 8  # real images, and as many generated ones below them (the notebook, section 8)
INTERPOLATED = 10  # images from one noise vector to another (the notebook, section 7)


def draw_real_images(data: TrainingData, run: Run[LectureSettings]) -> Figure:
    """Draw the first ten images with their names. Source: the notebook, section 6."""
    rows, columns = FIRST_GRID
    names = [data.classes[label] for label in data.labels[: rows * columns]]
    title = f"The first ten images of {data.source.title}"
    images = data.images[: rows * columns]
    return image_grid(images, title, run.caption, rows, columns, size=(12, 5.5), names=names)


def build_generator(settings: LectureSettings, precision: str) -> keras.Model:
    """Build the generator that the settings select."""
    if settings.network == "dense":
        return networks.build_dense_generator(settings.firstname, settings.seed, precision)
    return networks.build_dcgan_generator(
        settings.firstname, settings.seed, precision, settings.filter_counts, settings.kernel, settings.extra_layers
    )


def build_discriminator(settings: LectureSettings, precision: str) -> keras.Model:
    """Build the discriminator that the settings select."""
    if settings.network == "dense":
        return networks.build_dense_discriminator(settings.firstname, settings.seed, precision)
    return networks.build_dcgan_discriminator(
        settings.firstname, settings.seed, precision, settings.filter_counts, settings.kernel, settings.extra_layers
    )


def describe_networks(
    generator: keras.Model, discriminator: keras.Model, noise: np.ndarray, run: Run[LectureSettings]
) -> None:
    """Print the discriminator's output for an untrained image, and the weights next to the notebook's.

    Source: the notebook, section 5 and exercise 2.
    """
    output = float(discriminator(generator(noise[:1], training=False), training=False)[0, 0])
    kind = "a probability" if gives_probability(discriminator) else "a logit, which can be any number"
    run.screen.result(f"output of the untrained discriminator for an untrained image: {output:.4f} ({kind})")
    if run.settings.network != "dcgan":
        return
    filters, kernel, extra_layers = LectureSettings.NOTEBOOK_DCGAN
    run.screen.result(
        f"the notebook's DCGAN has --filters {filters} --kernel {kernel} --extra-layers {extra_layers}; weights:"
    )
    for name, network, notebook in (
        ("generator", generator, networks.NOTEBOOK_GENERATOR_WEIGHTS),
        ("discriminator", discriminator, networks.NOTEBOOK_DISCRIMINATOR_WEIGHTS),
    ):
        run.screen.result(f"{name}: {network.count_params():,} here, {notebook:,} in the notebook")


def training_view(sample: Callable[[], np.ndarray], data: TrainingData, settings: LectureSettings) -> TrainingView:
    """Return how the training is drawn: a 4x4 grid, and the generator's losses also on their own."""
    rows, columns = GRID
    return TrainingView(
        sample,
        draw=partial(image_grid, rows=rows, columns=columns),
        plot=two_panel_loss_curves,
        thresholds=HealthThresholds(
            images_per_class=rows * columns,
            real_distance=real_distance(data.images),
            minimum_loss=minimum_smoothed_loss(settings.label_smoothing),
        ),
    )


def draw_results(gan: Gan, data: TrainingData, run: Run[LectureSettings]) -> None:
    """Draw new images, real images above generated ones, and an interpolation.

    Source: the notebook, sections 7 and 8.
    """

    def generate(noise: np.ndarray) -> np.ndarray:
        return gan.generator(noise, training=False).numpy()

    rows, columns = LARGE_GRID
    noise = run.draw_noise(Purpose.SAMPLE_NOISE, 0, count=rows * columns, latent_dim=LATENT_DIM)
    fake_images = generate(noise)  # (32, 28, 28, 1)
    title = f"{len(fake_images)} generated images"
    new_figure = image_grid(fake_images, title, run.caption, rows, columns, size=(16, 8))
    run.save_figure(new_figure, run.workspace.generated)

    both = np.concatenate([data.images[:COMPARED], fake_images[:COMPARED]])
    comparison = row_grid(both, ("real", "generated"), "Real and generated images", run.caption)
    run.save_figure(comparison, run.workspace.real_beside_generated)

    start, end = run.draw_noise(Purpose.WALK_NOISE, count=2, latent_dim=LATENT_DIM)
    paths = [path(start, end, INTERPOLATED) for path in (latent.straight_line, latent.great_circle)]
    interpolation = row_grid(
        generate(np.concatenate(paths)),
        ("straight line", "great circle"),
        "From one noise vector to another",
        run.caption,
        column_axis="share of the way",
        column_names=[f"{share:.1f}" for share in np.linspace(0, 1, INTERPOLATED)],
    )
    run.save_figure(interpolation, run.workspace.interpolation)


TRACK: Track[LectureSettings] = Track(
    sheet=SHEET,
    load_data=lambda run: load_training_images(sources.SOURCES[run.settings.dataset], run),
    draw_real_images=draw_real_images,
    build_generator=build_generator,
    build_discriminator=build_discriminator,
    compile_gan=lambda generator, discriminator, settings: networks.compile_gan(
        generator, discriminator, settings.label_smoothing
    ),
    update_rule=taped_update,
    training_view=training_view,
    evaluation=compare_with_test_images,
    grid_size=GRID[0] * GRID[1],
    describe_networks=describe_networks,
    draw_results=draw_results,
)
