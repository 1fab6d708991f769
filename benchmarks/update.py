"""Milliseconds an update, and ratios to the textbook's loop, all measured in one run.

    python benchmarks/update.py [rounds]

The ways take turns within a round, so that a machine that slows down slows all of them. A ratio is the median of the
rounds' ratios: it holds from machine to machine better than a time does.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

from assignment import runtime

BATCH = 128  # the sheet, step 7
UPDATES = 3  # of each way in a round; one alone is at the mercy of the scheduler
WARM_UP = 2  # updates before any is timed: tracing, and the first use of memory
BASE = "textbook, predict_on_batch"


def main(rounds: int) -> None:
    runtime.start_tensorflow()
    from assignment.data import garments
    from assignment.data.dataset import TROUSER, scaled

    images = garments.draw_garments(TROUSER, BATCH)
    real_images = scaled(images[..., np.newaxis])  # (128, 28, 28, 1)
    noise = np.random.default_rng(0).standard_normal((BATCH, 100), np.float32)

    updates = ways()
    for update in updates.values():
        for _ in range(WARM_UP):
            update(real_images, noise)
    seconds: dict[str, list[float]] = {name: [] for name in updates}
    for _ in range(rounds):
        for name, update in updates.items():
            started = time.perf_counter()
            for _ in range(UPDATES):
                losses = update(real_images, noise)
            float(losses[-1])  # wait until it is computed
            seconds[name].append((time.perf_counter() - started) / UPDATES)

    print(f"one update at batch size {BATCH}, medians of {rounds} rounds")
    print(f"{'way':32}{'ms':>8}{'ratio':>8}   (of each round, to the {BASE})")
    for name, taken in seconds.items():
        ratio = statistics.median(one / base for one, base in zip(taken, seconds[BASE]))
        print(f"{name:32}{1000 * statistics.median(taken):8.0f}{ratio:8.2f}")
    print(f"--precision auto takes {runtime.resolve_precision('auto')} on this machine")


def ways() -> dict:
    """The update rules by name, each on a GAN of its own with the same first weights."""
    from assignment.training.steps import compiled_update

    return {
        "textbook, predict": students_update("predict"),
        BASE: students_update("predict_on_batch"),
        "compiled, float32": compiled_update(make_gan("float32")),
        "compiled, mixed_bfloat16": compiled_update(make_gan("mixed_bfloat16")),
    }


def students_update(predicting: str):
    """The loop of the tutorials: fakes from `predict`, then three calls of `train_on_batch` (frozen as it must be)."""
    from assignment.training.freezing import frozen, unfrozen
    from assignment.training.steps import build_optimizers

    gan = make_gan("float32")
    generator, discriminator, combined = gan.models
    build_optimizers(gan)
    options = {"verbose": 0} if predicting == "predict" else {}
    real, fake = np.ones((BATCH, 1), np.float32), np.zeros((BATCH, 1), np.float32)

    def update(real_images, noise):
        fake_images = getattr(generator, predicting)(noise, **options)
        with unfrozen(discriminator):
            real_loss = discriminator.train_on_batch(real_images, real)
            fake_loss = discriminator.train_on_batch(fake_images, fake)
        with frozen(discriminator):
            generator_loss = combined.train_on_batch(noise, real)
        return real_loss, fake_loss, generator_loss

    return update


def make_gan(precision: str):
    from assignment.fashion.step3_generator import build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan

    return compile_gan(build_generator("ana", 1, precision), build_discriminator("ana", 1, precision))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
