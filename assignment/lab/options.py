"""The options of `assignment lab`."""

from __future__ import annotations

import argparse

from assignment.lab.settings import LabSettings
from assignment.settings.options import common_kinds
from assignment.settings.tracks import DATA_CHOICES, PRECISIONS, TRACKS


def add_lab_options(parser: argparse.ArgumentParser) -> None:
    """What `assignment lab` can be asked."""
    add, of = parser.add_argument, LabSettings
    whole, folder = common_kinds()
    switch = {"action": "store_true", "default": argparse.SUPPRESS}
    add("--firstname", required=True, metavar="NAME", help="your first name, as in a run")
    add("--track", choices=tuple(TRACKS), default=argparse.SUPPRESS, help=f"which GAN (default {of.track})")
    add(
        "--practices",
        action="extend",
        type=_names,
        metavar="NAMES",
        default=argparse.SUPPRESS,
        help=f"those to try, with commas, or all that the track can use (default {', '.join(of.practices)})",
    )
    add("--seeds", **whole, help=f"how many seeds each is tried with (default {of.seeds})")
    add("--epochs", **whole, help=f"epochs of each run (default {of.epochs})")
    add("--jobs", **whole, help=f"runs side by side (default {of.jobs}); they share the processor's cores")
    add("--dry-run", **switch, help="only say what would be run, and about how long it takes")
    add("--fresh", **switch, help="start over, in place of continuing what an earlier lab left")
    add("--precision", choices=PRECISIONS, default=argparse.SUPPRESS, help="as in a run")
    add("--data", choices=DATA_CHOICES, default=argparse.SUPPRESS, help="as in a run")
    add("--data-dir", **folder, help="as in a run")
    add("--outputs-dir", **folder, help=f"where the lab's folder goes (default {of.outputs_dir})")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]
