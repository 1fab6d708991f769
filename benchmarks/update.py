"""How long does an update take, and how does it compare with the loop of a textbook?

    python benchmarks/update.py [rounds]

The methods take turns within a round, so that anything that slows the machine down affects all of them. A ratio is the
median of the rounds' ratios: it differs less from machine to machine than a time does.
"""

from __future__ import annotations

import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from assignment import runtime

if TYPE_CHECKING:
    from assignment.training.gan import Gan
    from assignment.training.steps import Update

BATCH_SIZE = 128  # the sheet, step 7
UPDATES = 3  # of each method in a round; the time of a single one depends on the scheduler
WARM_UP_UPDATES = 2  # before the timing: tracing, and the first allocation of memory
BASE = "textbook, predict_on_batch"


def main(rounds: int) -> None:
    runtime.start_tensorflow()
    from assignment.data import garments
    from assignment.data.dataset import TROUSER, scale_pixels
    from assignment.training.gan import LATENT_DIM

    real_images = scale_pixels(garments.draw_garments(TROUSER, BATCH_SIZE)[..., np.newaxis])  # (128, 28, 28, 1)
    noise = np.random.default_rng(0).standard_normal((BATCH_SIZE, LATENT_DIM), np.float32)

    updates = make_updates()
    for update in updates.values():
        for _ in range(WARM_UP_UPDATES):
            update(real_images, noise)
    seconds: dict[str, list[float]] = {name: [] for name in updates}
    for _ in range(rounds):
        for name, update in updates.items():
            started = time.perf_counter()
            for _ in range(UPDATES):
                losses = update(real_images, noise)
            float(losses[-1])  # waits until it is computed
            seconds[name].append((time.perf_counter() - started) / UPDATES)

    print(f"one update at batch size {BATCH_SIZE}, medians of {rounds} rounds")
    print(f"{'method':32}{'ms':>8}{'ratio':>8}   (to {BASE}, within a round)")
    for name, values in seconds.items():
        ratio = median(value / base for value, base in zip(values, seconds[BASE]))
        print(f"{name:32}{1000 * median(values):8.0f}{ratio:8.2f}")
    print(f"--precision auto selects {runtime.resolve_precision('auto')} on this machine")


def make_updates() -> dict[str, Update]:
    """Return the updates by method, each of its own GAN with the same initial weights."""
    from assignment.training.steps import compiled_update

    return {
        "textbook, predict": tutorial_update("predict", verbose=0),
        BASE: tutorial_update("predict_on_batch"),
        "compiled, float32": compiled_update(make_gan("float32")),
        "compiled, mixed_bfloat16": compiled_update(make_gan("mixed_bfloat16")),
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
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
