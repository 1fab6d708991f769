"""The arguments of the benchmarks that time several methods in turn."""

from __future__ import annotations

import argparse


def parse_rounds(description: str | None, default: int) -> int:
    """Return the number of rounds, the only argument of a benchmark."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", nargs="?", type=int, default=default, help="how often each method is timed")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("at least one round is needed")
    return rounds
