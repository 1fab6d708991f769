"""The lecture's notebook, in the order of the assignment's eight steps, with the figures of its sections 6 to 8."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from functools import partial

import keras
import numpy as np

from assignment.data import sources
from assignment.evaluation.health import Scale, least_smoothed_loss
from assignment.evaluation.variety import real_distance
from assignment.figures.curves import losses_and_generator_alone
from assignment.figures.grids import image_grid, row_grid
from assignment.lecture import networks
from assignment.session.journal import Sketch
from assignment.session.resume import conditions_of, find_earlier
from assignment.session.run import Run
from assignment.session.stages import facts_of, load_training_images, save_networks, show_networks
from assignment.session.taped import train_by_tapes
from assignment.settings.tracks import LectureSettings
from assignment.training import latent, streams
from assignment.training.gan import Gan

FIRST_GRID = (2, 5)  # real images, named (the notebook, section 6)
GRID = (4, 4)  # images of the fixed seed (the notebook, section 6)
LARGE_GRID = (4, 8)  # of new images (the notebook, section 7)
BESIDE = 8  # real images, and as many generated ones under them (the notebook, section 8)
INTERPOLATED = 10  # images from one noise to another (the notebook, section 7)

draw_seed = partial(image_grid, rows=GRID[0], columns=GRID[1])


def run_track(run: Run) -> signal.Signals | None:
    """Carry out the notebook, going on from an earlier sitting; the signal that stopped it, None at its end."""
    began = time.perf_counter()
    settings = run.settings
    run.screen.step(1, "Get the data")
    data, run = load_training_images(sources.SOURCES[settings.dataset], run)
    images = data.images
    conditions = conditions_of(run, images)
    earlier = find_earlier(run, conditions)
    if earlier.finished:
        return None

    show_images(images, data.labels, run)
    noise = run.mixture.noise(streams.sample_noise(settings.seed, GRID[0] * GRID[1], networks.LATENT_DIM))
    generator, discriminator = show_networks(
        run, *builders(settings), lambda network: network(noise, training=False).numpy(), draw_seed
    )
    say_first_answer(generator, discriminator, noise, run)
    compare_with_notebook(generator, discriminator, run)
    run.screen.step(6, "Compile the GAN model")
    gan = run.mixture.compiled(networks.compile_gan(generator, discriminator, settings.label_smoothing))
    return train_by_tapes(
        run,
        gan,
        images,
        sketch=Sketch(
            lambda: np.asarray(generator(noise, training=False)),
            draw_seed,
            plot=losses_and_generator_alone,
            scale=Scale(len(noise), real_distance(images), least_smoothed_loss(settings.label_smoothing)),
        ),
        save=lambda: save(gan, images, run),
        exam=data.exam(facts_of(run), asked=False),
        conditions=conditions,
        earlier=earlier,
        began=began,
    )


def show_images(images: np.ndarray, labels: np.ndarray, run: Run) -> None:
    """The first ten images, named. Source: the notebook, section 6."""
    source = sources.SOURCES[run.settings.dataset]
    run.screen.step(2, "Display the first ten images")
    rows, columns = FIRST_GRID
    first = rows * columns
    names = [source.classes[label] for label in labels[:first]]
    title = f"The first ten images of {source.title}"
    run.keep(
        image_grid(images[:first], title, run.caption, rows, columns, size=(12, 5.5), names=names),
        run.workspace.real_images,
    )


def builders(settings: LectureSettings) -> tuple[Callable[..., keras.Model], Callable[..., keras.Model]]:
    """What builds the generator and the discriminator that the settings ask for, of (first name, seed, precision)."""
    if settings.network == "dense":
        return networks.build_dense_generator, networks.build_dense_discriminator
    changed = {"filters": settings.filter_counts, "kernel": settings.kernel, "extra_layers": settings.extra_layers}
    return partial(networks.build_dcgan_generator, **changed), partial(networks.build_dcgan_discriminator, **changed)


def say_first_answer(generator: keras.Model, discriminator: keras.Model, noise: np.ndarray, run: Run) -> None:
    """What the discriminator says of an untrained image, while both only guess. Source: the notebook, section 5."""
    answer = float(discriminator(generator(noise[:1], training=False), training=False)[0, 0])
    is_probability = discriminator.layers[-1].activation is keras.activations.sigmoid
    kind = "a probability" if is_probability else "no probability but any number, as a logit is"
    run.screen.say(f"  the untrained discriminator's answer to an untrained image: {answer:.4f} ({kind})")


def compare_with_notebook(generator: keras.Model, discriminator: keras.Model, run: Run) -> None:
    """Say how many weights the DCGAN's networks have beside the notebook's. Source: the notebook, exercise 2."""
    if run.settings.network != "dcgan":
        return
    filters, kernel, extra_layers = LectureSettings.NOTEBOOK_DCGAN
    run.screen.table(
        f"Weights, beside the notebook's DCGAN (--filters {filters} --kernel {kernel} --extra-layers {extra_layers})",
        ("network", "here", "the notebook's"),
        [
            ("generator", f"{generator.count_params():,}", f"{networks.NOTEBOOKS_GENERATOR:,}"),
            ("discriminator", f"{discriminator.count_params():,}", f"{networks.NOTEBOOKS_DISCRIMINATOR:,}"),
        ],
    )


def save(gan: Gan, images: np.ndarray, run: Run) -> None:
    """Save both networks, and draw the notebook's three figures of what the generator has learned."""
    save_networks(gan, run)

    def generate(noise):
        return gan.generator(noise, training=False).numpy()

    workspace, seed = run.workspace, run.settings.seed
    rows, columns = LARGE_GRID
    noise = run.mixture.noise(streams.later_noise(seed, 0, rows * columns, networks.LATENT_DIM))
    fakes = generate(noise)  # (32, 28, 28, 1)
    title = f"{len(fakes)} generated images"
    run.keep(image_grid(fakes, title, run.caption, rows, columns, size=(16, 8)), workspace.generated)

    both = np.concatenate([images[:BESIDE], fakes[:BESIDE]])
    names = ("real", "generated")
    run.keep(row_grid(both, names, "Real beside generated images", run.caption), workspace.real_beside_generated)

    ends = run.mixture.noise(streams.walk_noise(seed, 2, networks.LATENT_DIM))
    paths = np.concatenate([path(*ends, INTERPOLATED) for path in (latent.straight_line, latent.great_circle)])
    ratios = [f"{ratio:.1f}" for ratio in np.linspace(0, 1, INTERPOLATED)]
    run.keep(
        row_grid(
            generate(paths),
            ("straight line", "great circle"),
            "From one noise to another",
            run.caption,
            columns="share of the way",
            column_names=ratios,
        ),
        workspace.interpolation,
    )
