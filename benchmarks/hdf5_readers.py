"""Compare two readers of HDF5, h5py and pyfive, on damaged files: how many end in an exception, a crash or a hang.

    python benchmarks/hdf5_readers.py FILE ... --count 4000

Each damaged file is an honest one with 1 to 32 random bytes changed. A worker process opens and reads it completely. If
the worker dies, or is silent for 10 seconds, this is counted, and another one continues with the next file.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

READERS = ("h5py", "pyfive")
SILENCE = 10.0  # seconds
MAX_OBJECTS, MAX_BYTES = 3_000, 2**24  # a damaged file may declare any number and size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="honest .h5 files")
    parser.add_argument("--count", type=int, default=1_000, metavar="N", help="damaged files (default 1000)")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--start", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        read_damaged(options.worker, options.files, options.start, options.count)
        return
    for reader in READERS:
        results, slowest = watch(reader, options.files, options.count)
        print(f"{reader}: {dict(results)}, slowest {slowest:.2f} s")


def damaged(content: bytes, seed: int) -> bytes:
    """Return a file's content with some bytes changed."""
    generator, changed = random.Random(seed), bytearray(content)
    for _ in range(generator.choice([1, 1, 2, 4, 8, 32])):
        changed[generator.randrange(len(changed))] = generator.randrange(256)
    return bytes(changed)


def watch(reader: str, files: list[Path], count: int) -> tuple[Counter[str], float]:
    """Let workers read all damaged files; return how often each result occurred, and the longest time."""
    results: Counter[str] = Counter()
    slowest, start = 0.0, 0
    while start < count:
        command = [
            sys.executable,
            __file__,
            *map(str, files),
            "--count",
            str(count),
            "--worker",
            reader,
            "--start",
            str(start),
        ]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        heard = [time.monotonic()]
        threading.Thread(target=_kill_if_silent, args=(worker, heard), daemon=True).start()
        assert worker.stdout is not None
        for line in worker.stdout:
            heard[0] = time.monotonic()
            number, result, seconds = line.split()
            results[result] += 1
            slowest, start = max(slowest, float(seconds)), int(number) + 1
        if worker.wait() and start < count:
            results["hang" if time.monotonic() - heard[0] > SILENCE else "crash"] += 1
            start += 1
    return results, slowest


def _kill_if_silent(worker: subprocess.Popen[str], heard: list[float]) -> None:
    while worker.poll() is None:
        if time.monotonic() - heard[0] > SILENCE:
            worker.kill()
        time.sleep(0.2)


def read_damaged(reader: str, files: list[Path], start: int, count: int) -> None:
    """Read damaged files from number `start` on, and print a line for each."""
    contents = [path.read_bytes() for path in files]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.h5"
        for number in range(start, count):
            path.write_bytes(damaged(contents[number % len(contents)], number))
            began = time.perf_counter()
            try:
                read(reader, path)
                result = "read"
            except Exception:
                result = "exception"
            print(number, result, f"{time.perf_counter() - began:.4f}", flush=True)


def read(reader: str, path: Path) -> None:
    """Open a file and read every attribute and array in it."""
    if reader == "h5py":
        import h5py as library
    else:
        import pyfive as library
    count = 0

    def walk(group):
        nonlocal count
        for name in group:
            count += 1
            if count > MAX_OBJECTS:
                raise ValueError("too many objects")
            item = group[name]
            dict(item.attrs)
            if isinstance(item, library.Group):
                walk(item)
            elif item.size * item.dtype.itemsize <= MAX_BYTES:
                item[()]

    with library.File(path, "r") as file:
        dict(file.attrs)
        walk(file)


if __name__ == "__main__":
    main()
