"""How long does an update take, and how does it compare with the loop of a textbook?

    python benchmarks/update.py [rounds]

The methods take turns within a round, so that anything that slows the machine down affects all of them. A ratio is the
median of the rounds' ratios: it differs less from machine to machine than a time does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from arguments import parse_rounds
from timing import print_ratios, take_turns, warm_up

from assignment import runtime

if TYPE_CHECKING:
    from assignment.training.gan import Gan
    from assignment.training.steps import Update

BATCH_SIZE = 128  # the sheet, step 7
BASE = "textbook, predict_on_batch"


def main(rounds: int) -> None:
    runtime.start_tensorflow()
    from assignment.data import garments
    from assignment.data.dataset import TROUSER, scale_pixels
    from assignment.training.gan import LATENT_DIM

    real_images = scale_pixels(garments.draw_garments(TROUSER, BATCH_SIZE)[..., np.newaxis])  # (128, 28, 28, 1)
    noise = np.random.default_rng(0).standard_normal((BATCH_SIZE, LATENT_DIM), np.float32)

    updates = {name: last_loss(update, real_images, noise) for name, update in make_updates().items()}
    for update in updates.values():
        warm_up(update)
    print(f"one update at batch size {BATCH_SIZE}, medians of {rounds} rounds")
    print_ratios(take_turns(updates, rounds), BASE)
    print(f"--precision auto selects {runtime.resolve_precision('auto')} on this machine")


def last_loss(update: Update, *batch: np.ndarray) -> Callable[[], object]:
    """Return a function that makes an update with this batch and returns the generator's loss."""
    return lambda: update(*batch)[-1]


def make_updates() -> dict[str, Update]:
    """Return the updates by method, each of its own GAN with the same initial weights."""
    from assignment.training.steps import compiled_update

    return {
        "textbook, predict": tutorial_update("predict", verbose=0),
        BASE: tutorial_update("predict_on_batch"),
        "Keras' operations, float32": compiled_update(make_gan("float32"), fast=False),
        "Keras' operations, mixed_bfloat16": compiled_update(make_gan("mixed_bfloat16"), fast=False),
        "fast operations, float32": compiled_update(make_gan("float32")),
        "fast operations, mixed_bfloat16": compiled_update(make_gan("mixed_bfloat16")),
    }


def tutorial_update(predict_method: str, **predict_options: int) -> Update:
    """Return the update of most tutorials: fakes from `predict`, then three `train_on_batch` calls.

    Unlike in the tutorials, the discriminator is frozen only while the generator trains.
    """
    from assignment.training.freezing import frozen, unfrozen
    from assignment.training.steps import Losses, build_optimizers

    gan = make_gan("float32")
    generator, discriminator, combined = gan.models
    build_optimizers(gan)
    real, fake = np.ones((BATCH_SIZE, 1), np.float32), np.zeros((BATCH_SIZE, 1), np.float32)

    def update(real_images: np.ndarray, noise: np.ndarray) -> Losses:
        fake_images = getattr(generator, predict_method)(noise, **predict_options)
        with unfrozen(discriminator):
            real_loss = discriminator.train_on_batch(real_images, real)
            fake_loss = discriminator.train_on_batch(fake_images, fake)
        with frozen(discriminator):
            generator_loss = combined.train_on_batch(noise, real)
        return Losses(real_loss, fake_loss, generator_loss)

    return update


def make_gan(precision: str) -> Gan:
    from assignment.fashion.step3_generator import build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan

    return compile_gan(build_generator("ana", 1, precision), build_discriminator("ana", 1, precision))


if __name__ == "__main__":
    main(parse_rounds(__doc__, 10))
