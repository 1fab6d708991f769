"""Read damaged files as `assignment check` does, and count what happens.

    python benchmarks/hostile.py FILE ... --count 1000

Each damaged file is an honest one with 1 to 32 random bytes changed. It is read by `read_contents`, in a child process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from assignment.foreign.reader import read_contents  # noqa: E402
from assignment.foreign.refused import Refused  # noqa: E402
from benchmarks.hdf5_readers import damaged  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="honest .h5 files")
    parser.add_argument("--count", type=int, default=1_000, metavar="N", help="damaged files (default 1000)")
    options = parser.parse_args()
    contents = [path.read_bytes() for path in options.files]
    results: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.h5"
        for number in range(options.count):
            path.write_bytes(damaged(contents[number % len(contents)], number))
            began = time.perf_counter()
            try:
                read_contents(path)
                results["read"] += 1  # the changed bytes are in a weight, or in a place that is not used
            except Refused as refused:
                results["refused"] += 1
                assert "\n" not in str(refused)
            slowest = max(slowest, time.perf_counter() - began)
    print(f"{dict(results)} of {options.count}; slowest {slowest:.2f} s; most memory of a child {_memory()}")


def _memory() -> str:
    try:
        import resource
    except ImportError:
        return "unknown on this system"
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return f"{most / (2**20 if sys.platform == 'darwin' else 2**10):.0f} MB"


if __name__ == "__main__":
    main()
