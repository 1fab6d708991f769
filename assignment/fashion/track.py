"""The assignment sheet's eight steps in their order: each step's product, drawn, saved and said."""

from __future__ import annotations

import signal
import time

import numpy as np

from assignment.data import sources
from assignment.data.dataset import TROUSER, Dataset
from assignment.evaluation.health import Scale
from assignment.evaluation.variety import real_distance
from assignment.fashion.step1_data import SheetData, split_data
from assignment.fashion.step2_display import display_images
from assignment.fashion.step3_generator import LATENT_DIM, build_generator
from assignment.fashion.step4_sample import sample_untrained
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.fashion.step6_compile import compile_gan
from assignment.fashion.step7_train import train_gan
from assignment.fashion.step8_save import save_models
from assignment.session.examiner import Exam
from assignment.session.journal import Sketch
from assignment.session.resume import conditions_of, find_earlier, refuse_mixture
from assignment.session.run import Run
from assignment.session.session import Training, conduct
from assignment.session.stages import facts_of, load_images, say_compiled, say_saved, show_proof
from assignment.training import streams
from assignment.training.gan import Gan
from assignment.training.loop import updates_per_epoch
from assignment.training.proof import Movement, prove_freeze
from assignment.training.steps import compiled_update

GRID_IMAGES = 12  # the sheet, steps 4 and 7


def run_track(run: Run) -> signal.Signals | None:
    """Carry out all eight steps, going on from an earlier sitting; the signal that stopped it, None at its end."""
    began = time.perf_counter()
    data, source, run = get_data(run)
    conditions = conditions_of(run, data.dataset)
    earlier = find_earlier(run, conditions)
    if earlier.finished:
        return None
    show_images(data, run)
    generator = make_generator(run)
    show_untrained(generator, run)
    discriminator = make_discriminator(run)
    gan, update, proof = make_gan(generator, discriminator, data, run)
    run.screen.step(7, "Train the GAN model")
    training = Training(
        gan=gan,
        update=update,
        rows=lambda rule, place: train_gan(rule, data.dataset, run.settings, place),
        updates_per_epoch=updates_per_epoch(len(data.dataset), run.settings.batch_size),
        sketch=run.mixture.sketch(
            Sketch(
                sample=lambda: generator(grid_noise(run), training=False).numpy(),
                scale=Scale(GRID_IMAGES, real_distance(data.dataset)),
            )
        ),
        save=lambda: save(gan, run),
        proof=proof,
        conditions=conditions,
        began=began,
        exam=exam_of(data, source, run),
    )
    return conduct(run, training, earlier)


def run_step(number: int, run: Run) -> signal.Signals | None:
    """Carry out one step by itself, after those whose products it needs; the signal that stopped it, if one did."""
    if number >= 7:
        # Training is what step 8 saves, and an hour's training is never thrown away unsaved.
        return run_track(run)
    data, _, run = get_data(run)
    refuse_mixture(run, conditions_of(run, data.dataset))
    if number == 2:
        show_images(data, run)
    elif number == 3:
        make_generator(run)
    elif number == 4:
        show_untrained(make_generator(run), run)
    elif number == 5:
        make_discriminator(run)
    elif number == 6:
        make_gan(make_generator(run), make_discriminator(run), data, run)
    return None


def get_data(run: Run) -> tuple[SheetData, Dataset, Run]:
    """Step 1: the sheet's data and what it is split from; the run returned knows where its images came from."""
    run.screen.step(1, "Get the data")
    source, run = load_images(sources.FASHION_MNIST, run)
    data = split_data(source)
    name = run.settings.firstname
    run.screen.say(f"  ds1_{name}['images'].shape = {data.ds1['images'].shape}")
    run.screen.say(f"  ds2_{name}['images'].shape = {data.ds2['images'].shape}")
    run.screen.say(f"  dataset_{name}.shape = {data.dataset.shape}")
    return data, source, run


def exam_of(data: SheetData, dataset: Dataset, run: Run) -> Exam:
    """The exam: every image should be trousers, as all real ones are; the generator has seen all of them."""
    labels = np.full(len(data.dataset), TROUSER)
    images = data.dataset[..., np.newaxis]  # (7000, 28, 28, 1)
    return Exam(sources.FASHION_MNIST, dataset, images, labels, learned_from=None, asked=True, facts=facts_of(run))


def show_images(data: SheetData, run: Run) -> None:
    """Step 2."""
    run.screen.step(2, "Display the first 12 images from the dataset")
    run.keep(display_images(data.dataset, run.caption), run.workspace.real_images)


def make_generator(run: Run):
    """Step 3."""
    run.screen.step(3, "Build the generator model of the GAN")
    generator = run.mixture.generator(build_generator(run.settings.firstname, run.settings.seed, run.precision))
    run.present(generator, run.workspace.generator_diagram)
    return generator


def show_untrained(generator, run: Run) -> None:
    """Step 4."""
    run.screen.step(4, "Sample the untrained generator")
    run.keep(sample_untrained(generator, grid_noise(run), run.caption), run.workspace.untrained_samples)


def make_discriminator(run: Run):
    """Step 5."""
    run.screen.step(5, "Build the discriminator model of the GAN")
    network = build_discriminator(run.settings.firstname, run.settings.seed, run.precision)
    discriminator = run.mixture.discriminator(network)
    run.present(discriminator, run.workspace.discriminator_diagram)
    return discriminator


def make_gan(generator, discriminator, data: SheetData, run: Run) -> tuple[Gan, object, list[Movement]]:
    """Step 6, and the proof that its freeze holds in the update that will train."""
    run.screen.step(6, "Compile the GAN model")
    gan = run.mixture.compiled(compile_gan(generator, discriminator))
    say_compiled(gan, run)
    update = run.mixture.update(compiled_update, gan)
    real_images = data.dataset[: run.settings.batch_size, ..., np.newaxis]  # (batch, 28, 28, 1)
    noise = streams.proof_noise(run.settings.seed, len(real_images), LATENT_DIM)
    return gan, update, show_proof(prove_freeze(gan, update, real_images, noise), run)


def save(gan: Gan, run: Run) -> None:
    """Step 8."""
    run.screen.step(8, "Save the GAN model")
    say_saved(save_models(gan, run.workspace, facts_of(run)), run)


def grid_noise(run: Run) -> np.ndarray:
    """The noise of every grid of a run, (12, 100): the same before, during and after the training."""
    return run.mixture.noise(streams.sample_noise(run.settings.seed, GRID_IMAGES, LATENT_DIM))
