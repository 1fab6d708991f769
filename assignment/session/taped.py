"""A sitting of a track whose GAN is trained by gradient tapes: the proof that they are apart, then the training."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from assignment.session.examiner import Exam
from assignment.session.journal import Sketch
from assignment.session.resume import Earlier
from assignment.session.run import Run
from assignment.session.session import Training, conduct
from assignment.session.stages import say_compiled, show_proof
from assignment.training import streams
from assignment.training.gan import Gan
from assignment.training.loop import train, updates_per_epoch
from assignment.training.proof import OF_TAPES, Movement, prove_freeze
from assignment.training.steps import Update, taped_update


def train_by_tapes(
    run: Run,
    gan: Gan,
    images: np.ndarray,
    *,
    sketch: Sketch,
    save: Callable[[], None],
    conditions: dict[str, Any],
    earlier: Earlier,
    began: float,
    exam: Exam | None = None,
) -> signal.Signals | None:
    """Step 7 on images (n, 28, 28, 1) in [-1, 1]; the signal that stopped it, None at its end.

    `sketch`, `save`, `exam`, `conditions` and `began` are those of `conduct.Training`. Raises what `conduct` does.
    """
    settings = run.settings
    update = run.mixture.update(taped_update, gan)
    say_compiled(gan, run)
    proof = prove_tapes(gan, update, images, run)
    run.screen.step(7, "Train the GAN model")
    training = Training(
        gan=gan,
        update=update,
        rows=lambda rule, place: train(
            rule,
            images,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            latent_dim=gan.generator.inputs[0].shape[1],
            seed=settings.seed,
            place=place,
        ),
        updates_per_epoch=updates_per_epoch(len(images), settings.batch_size),
        sketch=run.mixture.sketch(sketch),
        save=save,
        proof=proof,
        conditions=conditions,
        began=began,
        exam=exam,
    )
    return conduct(run, training, earlier)


def prove_tapes(gan: Gan, update: Update, images: np.ndarray, run: Run) -> Sequence[Movement]:
    """Prove that each tape moves its own network and no other, in the update that will train, and show it."""
    real_images = images[: run.settings.batch_size]  # (batch, 28, 28, 1)
    noise = streams.proof_noise(run.settings.seed, len(real_images), gan.generator.inputs[0].shape[1])
    return show_proof(prove_freeze(gan, update, real_images, noise, hint=OF_TAPES), run, "The tapes are apart")
