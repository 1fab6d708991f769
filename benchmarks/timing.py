"""Time several updates that take turns, so that anything that slows the machine down affects all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

UPDATES = 3  # in a round; the time of a single one depends on the scheduler
WARM_UP_UPDATES = 3  # before the timing: tracing, and the first allocation of memory


def warm_up(update: Callable[[], object]) -> None:
    """Call `update` as often as it takes until its times are those of a training."""
    for _ in range(WARM_UP_UPDATES):
        update()


def seconds_per_update(update: Callable[[], object]) -> float:
    """Return the mean time of a few calls of `update`, which returns a number that depends on its results."""
    started = time.perf_counter()
    for _ in range(UPDATES):
        value = update()
    float(value)  # waits until it is computed
    return (time.perf_counter() - started) / UPDATES


def take_turns(updates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of an update in each round, by name."""
    seconds: dict[str, list[float]] = {name: [] for name in updates}
    for _ in range(rounds):
        for name, update in updates.items():
            seconds[name].append(seconds_per_update(update))
    return seconds


def median_ratio(seconds: list[float], base: list[float]) -> float:
    """Return the median of the rounds' ratios: it differs less from machine to machine than a time does."""
    return median(value / other for value, other in zip(seconds, base, strict=True))


def print_ratios(seconds: Mapping[str, list[float]], base: str) -> None:
    """Print the median time of each method and its ratio to `base`."""
    print(f"{'method':40}{'ms':>8}{'ratio':>8}   (to {base}, within a round)")
    for name, values in seconds.items():
        print(f"{name:40}{1000 * median(values):8.0f}{median_ratio(values, seconds[base]):8.2f}")
