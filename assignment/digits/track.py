"""The MNIST exercise, in the order of the assignment's eight steps."""

from __future__ import annotations

import signal
import time

import numpy as np

from assignment.data import sources
from assignment.digits import networks
from assignment.evaluation.health import Scale
from assignment.evaluation.variety import real_distance
from assignment.figures.grids import image_grid
from assignment.session.journal import Sketch
from assignment.session.resume import conditions_of, find_earlier
from assignment.session.run import Run
from assignment.session.stages import facts_of, load_training_images, save_networks, show_networks
from assignment.session.taped import train_by_tapes
from assignment.training import streams

GRID_IMAGES = 12  # as in the assignment's grids


def run_track(run: Run) -> signal.Signals | None:
    """Carry out the exercise, going on from an earlier sitting; the signal that stopped it, None at its end."""
    began = time.perf_counter()
    settings = run.settings
    run.screen.step(1, "Get the data")
    source = sources.MNIST
    data, run = load_training_images(source, run)
    images = data.images
    conditions = conditions_of(run, images)
    earlier = find_earlier(run, conditions)
    if earlier.finished:
        return None

    run.screen.step(2, f"Display the first {GRID_IMAGES} images")
    title = f"The first {GRID_IMAGES} images of {source.title}"
    run.keep(image_grid(images[:GRID_IMAGES], title, run.caption), run.workspace.real_images)

    noise = run.mixture.noise(streams.sample_noise(settings.seed, GRID_IMAGES, networks.LATENT_DIM))
    generator, discriminator = show_networks(
        run,
        networks.build_generator,
        networks.build_discriminator,
        lambda network: network(noise, training=False).numpy(),
        image_grid,
    )
    run.screen.step(6, "Compile the GAN model")
    gan = run.mixture.compiled(networks.compile_gan(generator, discriminator))
    return train_by_tapes(
        run,
        gan,
        images,
        sketch=Sketch(
            lambda: np.asarray(generator(noise, training=False)), scale=Scale(GRID_IMAGES, real_distance(images))
        ),
        save=lambda: save_networks(gan, run),
        exam=data.exam(facts_of(run), asked=False),
        conditions=conditions,
        earlier=earlier,
        began=began,
    )
