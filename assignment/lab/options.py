"""The command-line options of `assignment lab`."""

from __future__ import annotations

import argparse

from assignment.lab.settings import LabSettings
from assignment.settings.parser import FOLDER, SWITCH, WHOLE_NUMBER, choice
from assignment.settings.tracks import DATA_CHOICES, PRECISIONS, TRACKS


def add_lab_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment lab`. Options that are not given have the defaults of `LabSettings`."""
    add, defaults = parser.add_argument, LabSettings
    add("--firstname", required=True, metavar="NAME", help="your first name, as in a run")
    add("--track", **choice(tuple(TRACKS)), help=f"which GAN (default {defaults.track})")
    add(
        "--practices",
        action="extend",
        type=_split_names,
        metavar="NAMES",
        default=argparse.SUPPRESS,
        help="the practices to try, separated by commas (ema+replay: both in one run), or all that the track can use"
        f" (default {', '.join(defaults.practices)})",
    )
    add("--seeds", **WHOLE_NUMBER, help=f"number of seeds for each practice (default {defaults.seeds})")
    add("--epochs", **WHOLE_NUMBER, help=f"epochs of each run (default {defaults.epochs})")
    add("--jobs", **WHOLE_NUMBER, help=f"runs at the same time, which share the cores (default {defaults.jobs})")
    add(
        "--scheduler",
        metavar="ADDRESS",
        default=argparse.SUPPRESS,
        help="run on the workers of this Dask scheduler, as in tcp://10.0.0.7:8786, or on those of a scheduler file",
    )
    add("--dry-run", **SWITCH, help="only print what would be run and about how long it takes")
    add("--fresh", **SWITCH, help="start over instead of continuing an earlier lab")
    add("--precision", **choice(PRECISIONS), help="as in a run")
    add("--data", **choice(DATA_CHOICES), help="as in a run")
    add("--data-dir", **FOLDER, help="as in a run")
    add("--outputs-dir", **FOLDER, help=f"folder for the lab's files (default {defaults.outputs_dir})")


def _split_names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]
