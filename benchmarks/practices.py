"""How long does an update of the trousers take with each practice, relative to an update without practices?

    python benchmarks/practices.py [rounds]

The two updates take turns within a round, so that anything that slows the machine down affects both. The result is the
median of the rounds' ratios; `relative_time` in assignment/practices/catalogue.py comes from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from arguments import parse_rounds
from timing import median_ratio, take_turns, warm_up

from assignment import runtime
from assignment.practices.choice import usable_practices

if TYPE_CHECKING:
    from assignment.training.steps import Update

BATCH_SIZE = 128  # the sheet, step 7


def main(rounds: int) -> None:
    runtime.start_tensorflow()
    from assignment.data import garments
    from assignment.data.dataset import TROUSER, scale_pixels
    from assignment.training.gan import LATENT_DIM

    real_images = scale_pixels(garments.draw_garments(TROUSER, BATCH_SIZE)[..., np.newaxis])  # (128, 28, 28, 1)
    noise = np.random.default_rng(0).standard_normal((BATCH_SIZE, LATENT_DIM), np.float32)
    precision = runtime.resolve_precision("auto")
    print(f"time of an update relative to one without practices: batch size {BATCH_SIZE}, {precision}, {rounds} rounds")
    for practice in usable_practices("fashion"):
        updates = {name: make_update(names, precision) for name, names in (("", []), (practice.name, [practice.name]))}
        calls = {name: lambda update=update: update(real_images, noise)[-1] for name, update in updates.items()}
        for call in calls.values():
            warm_up(call)
        seconds = take_turns(calls, rounds)
        print(f"{practice.name:28}{median_ratio(seconds[practice.name], seconds['']):6.2f}", flush=True)


def make_update(practices: list[str], precision: str) -> Update:
    """Return the compiled update of the trousers with these practices."""
    from assignment.fashion.step3_generator import build_generator
    from assignment.fashion.step5_discriminator import build_discriminator
    from assignment.fashion.step6_compile import compile_gan
    from assignment.practices.stack import PracticeStack
    from assignment.training.steps import compiled_update

    stack = PracticeStack(practices, seed=1, batch_size=BATCH_SIZE)
    generator = stack.generator(build_generator("ana", 1, precision))
    discriminator = stack.discriminator(build_discriminator("ana", 1, precision))
    return stack.update(compiled_update, stack.compiled(compile_gan(generator, discriminator)))


if __name__ == "__main__":
    main(parse_rounds(__doc__, 5))
