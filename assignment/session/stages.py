"""The eight steps of a run, the same for every track: each step's result is printed, drawn and saved."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence

import keras
import numpy as np

from assignment.evaluation.shipped_judges import check_shipped_judge
from assignment.foreign.metadata import ModelMetadata
from assignment.practices.view import TrainingView
from assignment.session.resume import conditions_of, find_earlier, recorded_provenance, refuse_other_training
from assignment.session.run import Run, SettingsT
from assignment.session.session import run_session
from assignment.session.track import DrawGrid, Track, TrainingData
from assignment.session.training import Training
from assignment.settings.steps import STEPS_WITHOUT_IMAGES, TRAINING_STEP
from assignment.signals import deferred_interrupt
from assignment.training.description import describe_compilation
from assignment.training.gan import LATENT_DIM, Gan, generator_inputs, takes_labels
from assignment.training.interrupt import StopRequest
from assignment.training.latent import PLANE_TILES, plane, typical_length
from assignment.training.loop import updates_per_epoch
from assignment.training.proof import FREEZE_HINT, TAPES_HINT, WeightCheck, prove_freeze
from assignment.training.steps import Update
from assignment.training.streams import Purpose, draw_noise


def run_steps(
    track: Track[SettingsT], run: Run[SettingsT], only_step: int | None = None, stop: StopRequest | None = None
) -> signal.Signals | None:
    """Run all eight steps, or one step after those that it needs; return the signal that stopped it, or None.

    Steps 7 and 8 alone are the whole run, since a training that took an hour must be saved.
    stop: a request that another thread may make; by default, signals make it.
    """
    if only_step is not None and only_step < TRAINING_STEP:
        _run_single_step(track, run, only_step)
        return None
    began = time.perf_counter()
    stop = stop or StopRequest()
    data, run = load_data(track, run)
    stop.raise_if_made()
    conditions = conditions_of(run, data.images)
    earlier = find_earlier(run, conditions)
    if earlier.finished:
        return None
    if run.is_evaluated and not data.is_standin:
        check_shipped_judge(data.source.name)  # before the training, which takes long
    show_real_images(track, data, run)
    generator = make_generator(track, run)
    view = make_training_view(track, generator, data, run)
    show_untrained_samples(track, view.sample(), view.draw, run)
    discriminator = make_discriminator(track, run)
    track.describe_networks(generator, discriminator, grid_noise(track, run), run)
    gan, update, proof = make_gan(track, generator, discriminator, data, run)
    stop.raise_if_made()
    metadata = model_metadata(run, data.classes if gan.is_conditional else ())

    run.screen.step(TRAINING_STEP, track.sheet[6].title)
    training = Training(
        gan=gan,
        update=run.practices.schedule(track.schedule(update, gan), gan),
        rows=lambda update, position: track.train(update, data, run.settings, position),
        updates_per_epoch=updates_per_epoch(len(data.images), run.settings.batch_size),
        view=run.practices.training_view(view),
        save=lambda metadata: save_models(track, gan, data, metadata, run),
        proof=proof,
        conditions=conditions,
        began=began,
        metadata=metadata,
        sheet=track.sheet,
        evaluation=track.evaluation(data),
    )
    return run_session(run, training, earlier, stop)


def _run_single_step(track: Track[SettingsT], run: Run[SettingsT], step: int) -> None:
    """Run one step after those that it needs: steps 3, 4 and 5 need no images, steps 2 and 6 do."""
    if step in STEPS_WITHOUT_IMAGES:
        refuse_other_training(run, conditions_of(run, images=None))
        if provenance := recorded_provenance(run):
            run = run.with_provenance(provenance)  # so that a figure has the same caption as in the complete run
    else:
        data, run = load_data(track, run)
        if step == 1:
            return
        refuse_other_training(run, conditions_of(run, data.images))
    if step == 2:
        show_real_images(track, data, run)
    elif step == 3:
        make_generator(track, run)
    elif step == 4:
        generator, inputs = make_generator(track, run), track.grid_inputs(grid_noise(track, run))
        show_untrained_samples(track, track.sample(generator, inputs), track.draw_grid, run)
    elif step == 5:
        track.build_generator(run.settings, run.precision)  # so that Keras numbers the layers as in the complete run
        make_discriminator(track, run)
    elif step == 6:
        make_gan(track, make_generator(track, run), make_discriminator(track, run), data, run)


def load_data(track: Track[SettingsT], run: Run[SettingsT]) -> tuple[TrainingData, Run[SettingsT]]:
    """Step 1: load the data."""
    run.screen.step(1, track.sheet[0].title)
    return track.load_data(run)


def show_real_images(track: Track[SettingsT], data: TrainingData, run: Run[SettingsT]) -> None:
    """Step 2: draw real images."""
    run.screen.step(2, track.sheet[1].title)
    run.save_figure(track.draw_real_images(data, run), run.workspace.real_images)


def make_generator(track: Track[SettingsT], run: Run[SettingsT]) -> keras.Model:
    """Step 3: build the generator."""
    run.screen.step(3, track.sheet[2].title)
    generator = run.practices.generator(track.build_generator(run.settings, run.precision))
    run.show_network(generator, run.workspace.generator_diagram)
    return generator


def show_untrained_samples(track: Track[SettingsT], images: np.ndarray, draw: DrawGrid, run: Run[SettingsT]) -> None:
    """Step 4: draw samples of the untrained generator, float (images, 28, 28, 1) in [-1, 1]."""
    run.screen.step(4, track.sheet[3].title)
    figure = draw(images, f"{len(images)} samples of the untrained generator", run.caption)
    run.save_figure(figure, run.workspace.untrained_samples)


def make_discriminator(track: Track[SettingsT], run: Run[SettingsT]) -> keras.Model:
    """Step 5: build the discriminator."""
    run.screen.step(5, track.sheet[4].title)
    discriminator = run.practices.discriminator(track.build_discriminator(run.settings, run.precision))
    run.show_network(discriminator, run.workspace.discriminator_diagram)
    return discriminator


def make_gan(
    track: Track[SettingsT],
    generator: keras.Model,
    discriminator: keras.Model,
    data: TrainingData,
    run: Run[SettingsT],
) -> tuple[Gan, Update, Sequence[WeightCheck]]:
    """Step 6: compile the GAN, and prove that each update changes its own network only."""
    run.screen.step(6, track.sheet[5].title)
    gan = run.practices.compiled(track.compile_gan(generator, discriminator, run.settings))
    for name, model in (("discriminator", gan.discriminator), ("combined", gan.combined)):
        run.screen.result(f"{name}: {describe_compilation(model)}")
    tapes = track.uses_tapes
    batch = proof_batch(gan, data, run)
    with deferred_interrupt(lambda: run.screen.say("  stopping after the proof")):  # it traces the update
        update = run.practices.update(track.update_rule, gan)
        proof = prove_freeze(gan, update, *batch, hint=TAPES_HINT if tapes else FREEZE_HINT)
    claim = "The gradient tapes are separate" if tapes else "The freeze holds"
    run.screen.table(
        f"{claim}: each update changes its own network and no other (tried and undone; SHA-256)",
        ("update of", "trained weights of", "hash before", "hash after", "changed"),
        [(step.phase, step.network, step.before, step.after, "yes" if step.changed else "no") for step in proof],
    )
    return gan, update, proof


def save_models(
    track: Track[SettingsT], gan: Gan, data: TrainingData, metadata: ModelMetadata, run: Run[SettingsT]
) -> None:
    """Step 8: save both networks, then draw the track's own figures of the trained generator."""
    run.screen.step(8, track.sheet[7].title)
    run.workspace.explore_page.unlink(missing_ok=True)  # it shows an earlier generator
    for path in track.save_models(gan, run.workspace, metadata):
        run.screen.say(f"  wrote {path} (float32, read back and compared)")
    track.draw_results(gan, data, run)


def make_training_view(
    track: Track[SettingsT], generator: keras.Model, data: TrainingData, run: Run[SettingsT]
) -> TrainingView:
    """Return the track's training view, which samples `generator` from the run's fixed noise and on its plane."""
    inputs = track.grid_inputs(grid_noise(track, run))
    view = track.training_view(lambda: track.sample(generator, inputs), data, run.settings)
    classes = len(data.classes) if takes_labels(generator) else 1
    vectors = draw_noise(run.settings.seed, Purpose.PLANE, count=3, latent_dim=LATENT_DIM)
    noise = np.tile(plane(vectors, PLANE_TILES, typical_length(LATENT_DIM, run.settings.practice)), (classes, 1))
    labels = np.repeat(np.arange(classes, dtype=np.int32), PLANE_TILES**2)[:, np.newaxis]  # (n, 1)
    plane_inputs = generator_inputs(generator, noise, labels)
    return view._replace(sample_plane=lambda: track.sample(generator, plane_inputs))


def grid_noise(track: Track[SettingsT], run: Run[SettingsT]) -> np.ndarray:
    """Return the noise of every grid of a run, (grid_size, latent_dim): the same before, during and after training."""
    return run.draw_noise(Purpose.GRID_NOISE, count=track.grid_size, latent_dim=LATENT_DIM)


def proof_batch(gan: Gan, data: TrainingData, run: Run[SettingsT]) -> tuple[np.ndarray, ...]:
    """Return the batch that the freeze proof uses: the first images, with noise and labels as the GAN needs them."""
    size = min(run.settings.batch_size, len(data.images))
    noise = draw_noise(run.settings.seed, Purpose.PROOF_NOISE, count=size, latent_dim=LATENT_DIM)
    if not gan.is_conditional:
        return data.images[:size], noise
    real_labels = data.labels[:size, np.newaxis].astype(np.int32)  # (size, 1)
    fake_labels = np.resize(np.arange(len(data.classes), dtype=np.int32), (size, 1))
    return data.images[:size], noise, real_labels, fake_labels


def model_metadata(run: Run[SettingsT], classes: Sequence[str] = ()) -> ModelMetadata:
    """Return what a network's file records about its run; `classes` are those that the generator can be asked for.

    The session adds the epoch and the updates after which the network is saved.
    """
    settings = run.settings
    return ModelMetadata(
        track=settings.TRACK,
        firstname=settings.firstname,
        seed=settings.seed,
        images=run.images_from.caption,
        classes=tuple(classes),
        practices=settings.practice,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        standin=run.images_from.is_standin,
    )
