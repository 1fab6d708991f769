"""What does a lab on a cluster cost for each worker, and what would fail first with 1,000 workers and 10,000 runs?

    python benchmarks/cluster_cost.py

Measures on this machine, with a scheduler and many workers in one process, each of which costs the scheduler what a
real one does: a look at all workers, a fetch of small files, and a fetch of 116 MB, the checkpoint of the trousers.
From these it computes how long a round of the lab takes, how old the lab's copy of a checkpoint may be, and how much
arrives.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from distributed import Client, LocalCluster

CHECKPOINT_MB, RESULT_MB = 116, 25  # of the trousers; a result is what a finished run sends: networks and figures
SMALL_KB = 60  # history.csv and the loss plot, of which one is fetched every 20 seconds
NETWORK_MB = 117  # MB/s of a network of 1 Gbit/s
RUN_MINUTES = 50  # 100 epochs of the trousers on one slow core
WORKERS, RUNS = 1_000, 10_000


def measure(action: Callable[[], object], times: int) -> float:
    """Return the median of the seconds that an action takes."""
    action()
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def send(size: int) -> bytes:
    return bytes(size)


def main(counts: list[int]) -> None:
    looks = []
    for count in counts:
        with LocalCluster(
            n_workers=count, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
        ) as cluster:
            with Client(cluster) as client:
                client.wait_for_workers(count)
                looks.append(measure(lambda: (client.sync(client.scheduler.identity), client.processing()), 5))
                print(f"{count} workers: a look at all takes {1e3 * looks[-1]:.0f} ms", flush=True)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            (worker,) = client.nthreads()
            small = measure(lambda: client.run(send, SMALL_KB * 1_000, workers=[worker]), 50)
            large = measure(lambda: client.run(send, CHECKPOINT_MB * 1_000_000, workers=[worker]), 5)
    print(f"a fetch of {SMALL_KB} kB takes {1e3 * small:.1f} ms, one of {CHECKPOINT_MB} MB {large:.2f} s")
    slope, start = np.polyfit(counts, looks, 1)
    look = start + slope * WORKERS
    on_network = CHECKPOINT_MB / NETWORK_MB
    round_seconds = 2 + look + max(large, on_network)
    print(f"with {WORKERS} workers, computed from these:")
    print(f"  a look at all workers: {look:.1f} s")
    print(f"  small files of all, every 20 s: {WORKERS * small:.1f} s, {WORKERS * SMALL_KB / 20e3:.1f} MB/s")
    print(f"  a round with one checkpoint over 1 Gbit/s: {round_seconds:.1f} s")
    print(f"  every run's checkpoint once: {WORKERS * round_seconds / 60:.0f} min; a run takes {RUN_MINUTES} min")
    finished = WORKERS / (RUN_MINUTES * 60)
    print(f"  results: {finished:.2f} runs/s, {finished * RESULT_MB:.0f} MB/s of {NETWORK_MB}")
    print(
        f"  {RUNS} runs: {RUNS / WORKERS * RUN_MINUTES / 60:.1f} h, {RUNS * RESULT_MB / 1e3:.0f} GB in the lab's folder"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[5, 10, 20, 40], help="numbers to measure")
    main(parser.parse_args().workers)
