"""How long an update of the trousers takes with each practice, by the plain one, all measured in one run.

    python benchmarks/practices.py [rounds]

The ways take turns within a round, so that a machine that slows down slows all of them; a ratio is the median of the
rounds' ratios. These are the `time` of `assignment/catalogue.py`.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np

from assignment import runtime
from assignment.practices.choice import usable

BATCH = 128  # the sheet, step 7
UPDATES = 3  # of each way in a round
PLAIN = "plain"


def main(rounds: int) -> None:
    runtime.start_tensorflow()
    from assignment.data import garments
    from assignment.data.dataset import TROUSER, scaled

    real_images = scaled(garments.draw_garments(TROUSER, BATCH)[..., np.newaxis])  # (128, 28, 28, 1)
    noise = np.random.default_rng(0).standard_normal((BATCH, 100), np.float32)
    precision = runtime.resolve_precision("auto")
    print(f"an update by the plain one at batch size {BATCH}, {precision}, medians of {rounds} rounds")
    for practice in usable("fashion"):
        ways = {name: update_with(name, precision) for name in (PLAIN, practice.name)}
        for update in ways.values():
            update(real_images, noise)  # traced
        ratios = []
        for _ in range(rounds):
            seconds = {name: timed(update, real_images, noise) for name, update in ways.items()}
            ratios.append(seconds[practice.name] / seconds[PLAIN])
        print(f"{practice.name:28}{statistics.median(ratios):6.2f}", flush=True)


def update_with(name: str, precision: str):
    """The compiled update of the trousers with one practice, or without any."""
    from assignment.fashion.step3_generator import build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan
    from assignment.practices.stack import Mixture
    from assignment.training.steps import compiled_update

    mixture = Mixture([] if name == PLAIN else [name], seed=1, batch_size=BATCH)
    generator = mixture.generator(build_generator("ana", 1, precision))
    discriminator = mixture.discriminator(build_discriminator("ana", 1, precision))
    return mixture.update(compiled_update, mixture.compiled(compile_gan(generator, discriminator)))


def timed(update, real_images, noise) -> float:
    started = time.perf_counter()
    for _ in range(UPDATES):
        losses = update(real_images, noise)
    float(losses[-1])  # wait until it is computed
    return (time.perf_counter() - started) / UPDATES


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
