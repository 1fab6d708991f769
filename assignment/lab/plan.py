"""What a lab is to run: the baseline and each practice alone, each with the same seeds, each in a folder of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from assignment.lab.settings import LabSettings
from assignment.practices.catalogue import BY_NAME

BASELINE = "baseline"
MOMENTS = 4  # at which a trial is measured: enough to see it go, and a grid takes seconds
# Seconds that an epoch of the plain training took on one core of the machine that docs/practices.md names, and what a
# trial takes besides (its start, its measuring, its figures). Only the order of magnitude carries over to another.
EPOCH_SECONDS = {"fashion": 25.0, "conditional": 94.0, "digits": 86.0, "lecture": 176.0}
OTHER_SECONDS = 60.0


class Trial(NamedTuple):
    """One training of a lab: a practice, or the baseline, with a seed; `folder` is its own."""

    practice: str
    seed: int
    folder: Path

    @property
    def name(self) -> str:
        """For people: `ema, seed 1`."""
        return f"{self.practice}, seed {self.seed}"

    def run_folder(self, settings: LabSettings) -> Path:
        """Where its run's record and figures stand."""
        return self.folder / settings.firstname / settings.track


def trials(settings: LabSettings, folder: Path) -> list[Trial]:
    """All trainings of the lab in `folder`, in the order in which they are run: seed by seed, the baseline first.

    So that a lab which is stopped has tried everything with its first seeds.
    """
    return [
        Trial(practice, seed, folder / "runs" / practice / f"seed_{seed}")
        for seed in range(1, settings.seeds + 1)
        for practice in (BASELINE, *settings.practices)
    ]


def command(trial: Trial, settings: LabSettings) -> list[str]:
    """The command of a trial, an ordinary run that continues where it was stopped."""
    options = {
        "--firstname": settings.firstname,
        "--track": settings.track,
        "--epochs": settings.epochs,
        "--grid-every": -(-settings.epochs // MOMENTS),
        "--seed": trial.seed,
        "--precision": settings.precision,
        "--data": settings.data,
        "--data-dir": settings.data_dir,
        "--outputs-dir": trial.folder,
        "--models-dir": trial.folder / "models",
        "--practice": None if trial.practice == BASELINE else trial.practice,
    }
    if settings.data_dir is not None:
        del options["--data"]  # the folder says it
    # In one word each, since a name may begin with a hyphen.
    given = [f"{name}={value}" for name, value in options.items() if value is not None]
    return [sys.executable, "-m", "assignment", "run", *given]


def seconds_expected(waiting: Sequence[Trial], settings: LabSettings, measured: Mapping[str, float] = {}) -> float:
    """How long the `waiting` trials will take, `settings.jobs` at a time.

    `measured` are the seconds that trials of this lab took, by practice; what is not among them is reckoned from them
    by the practice's cost, or else from another machine's. More jobs than cores bring nothing.
    """
    plain = measured.get(BASELINE)
    if plain is None and measured:
        plain = sum(seconds / _cost(name) for name, seconds in measured.items()) / len(measured)
    if plain is None:
        plain = EPOCH_SECONDS[settings.track] * settings.epochs + OTHER_SECONDS
    total = sum(measured.get(trial.practice, plain * _cost(trial.practice)) for trial in waiting)
    return total / min(settings.jobs, os.cpu_count() or 1, max(len(waiting), 1))


def _cost(practice: str) -> float:
    return BY_NAME[practice].time if practice in BY_NAME else 1.0
