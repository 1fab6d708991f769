"""The conditional track, in the order of the assignment's eight steps: each step's product, drawn, saved and said."""

from __future__ import annotations

import signal
import time
from functools import partial
from math import nan

import numpy as np

from assignment.conditional import networks, walks
from assignment.conditional.compiling import HALVED_EVERY, compile_gan
from assignment.data import sources
from assignment.evaluation.health import Scale
from assignment.evaluation.variety import real_distance
from assignment.figures.curves import loss_curves
from assignment.figures.grids import row_grid
from assignment.session.journal import Sketch
from assignment.session.resume import conditions_of, find_earlier
from assignment.session.run import Run
from assignment.session.session import Training, conduct
from assignment.session.stages import (
    TrainingImages,
    facts_of,
    load_training_images,
    save_networks,
    say_compiled,
    show_networks,
    show_proof,
)
from assignment.training import streams
from assignment.training.gan import Gan
from assignment.training.loop import train, updates_per_epoch
from assignment.training.proof import prove_freeze
from assignment.training.schedules import halving
from assignment.training.steps import compiled_update

GRID_COLUMNS = 8  # images of each class in a grid


def run_track(run: Run) -> signal.Signals | None:
    """Carry out the track, going on from an earlier sitting; the signal that stopped it, None at its end."""
    began = time.perf_counter()
    settings = run.settings
    run.screen.step(1, "Get the data")
    data, run = load_training_images(sources.SOURCES[settings.dataset], run)
    labels = data.labels[:, np.newaxis].astype(np.int32)  # (60000, 1), as the networks take them
    conditions = conditions_of(run, data.images)
    earlier = find_earlier(run, conditions)
    if earlier.finished:
        return None
    show_images(data, run)
    gan = make_gan(data, run)
    say_compiled(gan, run)
    update = run.mixture.update(compiled_update, gan)
    proof = show_proof(prove_freeze(gan, update, *_proof_batch(data, run)), run)
    run.screen.step(7, "Train the GAN model")
    training = Training(
        gan=gan,
        update=halving(update, gan, HALVED_EVERY),
        rows=lambda rule, place: train(
            rule,
            data.images,
            labels=labels,
            classes=networks.CLASSES,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            latent_dim=networks.LATENT_DIM,
            seed=settings.seed,
            place=place,
        ),
        updates_per_epoch=updates_per_epoch(len(data.images), settings.batch_size),
        sketch=run.mixture.sketch(sketch_of(gan, data, run)),
        save=lambda: save(gan, data, run),
        proof=proof,
        conditions=conditions,
        began=began,
        exam=data.exam(facts_of(run, data.classes), asked=True),
    )
    return conduct(run, training, earlier)


def show_images(data: TrainingImages, run: Run) -> None:
    """The first images of each class."""
    run.screen.step(2, f"Display the first {GRID_COLUMNS} images of each class")
    first = [np.flatnonzero(data.labels == label)[:GRID_COLUMNS] for label in range(networks.CLASSES)]
    images = data.images[np.concatenate(first)]
    title = f"The first {GRID_COLUMNS} images of each class"
    run.keep(draw_classes(data.classes, images, title, run.caption), run.workspace.real_images)


def make_gan(data: TrainingImages, run: Run) -> Gan:
    """Build, show and compile the three networks that the settings ask for."""
    two_outputs = run.settings.outputs == "validity+class"
    generator, discriminator = show_networks(
        run,
        networks.build_generator,
        networks.build_auxiliary_discriminator if two_outputs else networks.build_discriminator,
        lambda generator: generator(_grid_inputs(run), training=False).numpy(),
        partial(draw_classes, data.classes),
    )
    run.screen.step(6, "Compile the GAN model")
    return run.mixture.compiled(compile_gan(generator, discriminator))


def save(gan: Gan, data: TrainingImages, run: Run) -> None:
    """Save both networks, then draw the walks, which hang further models on the generator's layers."""
    save_networks(gan, run, data.classes)
    draw_walks(gan, data, run)


def draw_walks(gan: Gan, data: TrainingImages, run: Run) -> None:
    """Draw the walks through what the generator has learned."""
    noise = run.mixture.noise(streams.walk_noise(run.settings.seed, 2, networks.LATENT_DIM))
    run.keep(
        row_grid(
            walks.noise_walk(gan.generator, noise),
            data.classes,
            "Every label along one great circle of noise",
            run.caption,
            columns="from one noise to another",
        ),
        run.workspace.noise_walk,
    )
    following = [*data.classes[1:], data.classes[0]]
    run.keep(
        row_grid(
            walks.label_walk(gan.generator, noise[:1]),
            [f"{one} → {other}" for one, other in zip(data.classes, following)],
            "From every label to the next on one noise",
            run.caption,
            columns="from one label's embedding to the next's",
        ),
        run.workspace.label_walk,
    )


def draw_classes(classes: tuple[str, ...], images: np.ndarray, title: str, caption: str):
    """The grid of this track: a row for each class, named by it."""
    return row_grid(images, classes, title, caption)


def sample_grid(gan: Gan, run: Run) -> np.ndarray:
    """The grid's images as the generator draws them now, float (80, 28, 28, 1): a row of 8 noises for each class."""
    return gan.generator(_grid_inputs(run), training=False).numpy()


def sketch_of(gan: Gan, data: TrainingImages, run: Run) -> Sketch:
    """How the training is looked at; its progress is of one noise in each class.

    An auxiliary classifier's losses hold its class's, too, and so have no ln 2 to stand at.
    """
    sketch = Sketch(
        lambda: sample_grid(gan, run),
        partial(draw_classes, data.classes),
        chosen=range(0, networks.CLASSES * GRID_COLUMNS, GRID_COLUMNS),
        chosen_names=data.classes,
        scale=Scale(GRID_COLUMNS, real_distance(data.images, data.labels)),
    )
    if len(gan.discriminator.outputs) == 1:
        return sketch
    plot = partial(loss_curves, measure="validity and class together (nats)", undecided=False)
    scale = sketch.scale._replace(undecided=nan)
    return sketch._replace(plot=plot, losses="nats; validity and class together", scale=scale)


def _grid_inputs(run: Run) -> list[np.ndarray]:
    noise = run.mixture.noise(streams.sample_noise(run.settings.seed, GRID_COLUMNS, networks.LATENT_DIM))
    labels = np.repeat(np.arange(networks.CLASSES, dtype=np.int32), GRID_COLUMNS)
    return [np.tile(noise, (networks.CLASSES, 1)), labels[:, np.newaxis]]  # (80, 100) and (80, 1)


def _proof_batch(data: TrainingImages, run: Run) -> tuple[np.ndarray, ...]:
    size = min(run.settings.batch_size, len(data.images))
    noise = streams.proof_noise(run.settings.seed, size, networks.LATENT_DIM)
    asked = np.resize(np.arange(networks.CLASSES, dtype=np.int32), (size, 1))
    return data.images[:size], noise, data.labels[:size, np.newaxis].astype(np.int32), asked
