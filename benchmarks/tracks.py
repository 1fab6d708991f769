"""How much faster is an update of each track with the fast operations (`training/fast.py`) than with Keras' own?

    python benchmarks/tracks.py [rounds]

In the precision that `--precision auto` selects, and in float32. Both updates take turns within a round; a ratio is the
median of the rounds' ratios.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import numpy as np
from arguments import parse_rounds
from timing import median_ratio, take_turns, warm_up

from assignment import runtime
from assignment.session.start import load_track
from assignment.settings.tracks import TRACKS


def main(rounds: int) -> None:
    runtime.start_tensorflow()
    print(f"medians of {rounds} rounds")
    print(f"{'track':14}{'precision':18}{'batch':>6}{'Keras, ms':>11}{'fast, ms':>10}{'ratio':>7}")
    for name in TRACKS:
        for precision in dict.fromkeys((runtime.resolve_precision("auto"), "float32")):
            batch_size, plain, fast = measure(name, precision, rounds)
            ratio = median_ratio(fast, plain)
            times = f"{1000 * median(plain):11.0f}{1000 * median(fast):10.0f}"
            print(f"{name:14}{precision:18}{batch_size:6}{times}{ratio:7.2f}", flush=True)


def measure(name: str, precision: str, rounds: int) -> tuple[int, list[float], list[float]]:
    """Return the batch size of a track, and the seconds of its updates: with Keras' operations, with the fast ones."""
    settings = TRACKS[name](firstname="ana")
    updates = {kind: make_update(name, precision, fast) for kind, fast in (("Keras", False), ("fast", True))}
    for update in updates.values():
        warm_up(update)
    return settings.batch_size, *take_turns(updates, rounds).values()


def make_update(name: str, precision: str, fast: bool) -> Callable[[], float]:
    """Return a function that makes one update of a track and returns the generator's loss."""
    from assignment.training.gan import LATENT_DIM

    track, settings = load_track(name), TRACKS[name](firstname="ana")
    networks = track.build_generator(settings, precision), track.build_discriminator(settings, precision)
    gan = track.compile_gan(*networks, settings)
    update = track.update_rule(gan, fast=fast)
    random = np.random.default_rng(0)
    batch = [
        random.uniform(-1, 1, (settings.batch_size, 28, 28, 1)).astype(np.float32),
        random.standard_normal((settings.batch_size, LATENT_DIM), np.float32),
    ]
    if gan.is_conditional:
        batch += [random.integers(0, 10, (settings.batch_size, 1)).astype(np.int32) for _ in range(2)]
    return lambda: update(*batch)[-1]


if __name__ == "__main__":
    main(parse_rounds(__doc__, 7))
