"""The plan of a lab: the baseline and each practice or combination, with the same seeds, each in its own folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import NamedTuple

from assignment.cluster.images import ImageFiles
from assignment.cluster.job import LOG, Job
from assignment.environment import usable_processors
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import BY_NAME
from assignment.practices.choice import split_combination
from assignment.runtime import processor_precision
from assignment.settings.tracks import TRACKS
from assignment.storage.workspace import Workspace

BASELINE = "baseline"
GRIDS = 10  # in each trial, and as many evaluations: enough for a curve, and each takes about a second
# Seconds that a trial takes in addition to its epochs: its start, its evaluation and its figures.
OTHER_SECONDS = 60.0


class Trial(NamedTuple):
    """One training of a lab: a practice, a combination such as `ema+replay`, or the baseline, with a seed."""

    practice: str
    seed: int
    folder: Path

    @property
    def name(self) -> str:
        """The name in messages: `ema, seed 1`."""
        return f"{self.practice}, seed {self.seed}"

    @property
    def log(self) -> Path:
        """The output of its run."""
        return self.folder / LOG

    def run_workspace(self, settings: LabSettings) -> Workspace:
        """Return the workspace of its run."""
        return Workspace.for_run(settings.track, self.folder, self.folder / "models", settings.firstname)


def plan_trials(settings: LabSettings, workspace: LabWorkspace) -> list[Trial]:
    """Return all trials of the lab in the order in which they are run: seed by seed, the baseline first.

    A lab that is stopped early has then tried everything on its first seeds.
    """
    return [
        Trial(practice, seed, workspace.trial_folder(practice, seed))
        for seed in range(1, settings.seeds + 1)
        for practice in (BASELINE, *settings.practices)
    ]


def trial_command(trial: Trial, settings: LabSettings) -> list[str]:
    """Return the command of a trial: an ordinary run, which continues if it was stopped before."""
    return [sys.executable, "-m", "assignment", *_words(trial, settings)]


def trial_job(trial: Trial, settings: LabSettings, images: ImageFiles | None) -> Job:
    """Return the same run for a worker of a cluster, which has the trial's folder as its own.

    What is "auto" is decided here, so that it is the same on all workers.
    """
    chosen = replace(
        settings,
        precision=processor_precision() if settings.precision == "auto" else settings.precision,
        data="real" if settings.data == "auto" else settings.data,
    )
    words = _words(trial._replace(folder=Path()), chosen)
    if images:  # the worker adds the folder where it has them
        words = [word for word in words if not word.startswith(("--data=", "--data-dir="))]
    return Job(trial.name, tuple(words), images)


def _words(trial: Trial, settings: LabSettings) -> list[str]:
    options = {
        "--firstname": settings.firstname,
        "--track": settings.track,
        "--epochs": settings.epochs,
        "--grid-every": -(-settings.epochs // GRIDS),  # rounded up
        "--seed": trial.seed,
        "--precision": settings.precision,
        "--data": settings.data,
        "--data-dir": settings.data_dir,
        "--outputs-dir": trial.folder,
        "--models-dir": trial.run_workspace(settings).models_dir,
    }
    if settings.data_dir is not None:
        del options["--data"]  # --data-dir implies the real images
    # Each option is one word with its value, because a name may begin with a hyphen.
    words = [f"{name}={value}" for name, value in options.items() if value is not None]
    if trial.practice != BASELINE:
        words += [f"--practice={name}" for name in split_combination(trial.practice)]
    return ["run", "--evaluation", *words]


def trials_at_once(settings: LabSettings) -> int:
    """Return how many trials run at a time on this machine; more jobs than cores do not speed them up."""
    return min(settings.jobs, usable_processors())


def estimate_seconds(
    trials: Sequence[Trial], settings: LabSettings, measured: Mapping[str, float], at_once: int
) -> float:
    """Return about how long these trials take, `at_once` at a time.

    measured: mean seconds of this lab's finished trials, by practice.
    Other practices are estimated from these and their relative times or, if there are none, from another machine.
    """
    plain = measured.get(BASELINE)
    if plain is None and measured:
        plain = sum(seconds / _relative_time(practice) for practice, seconds in measured.items()) / len(measured)
    if plain is None:
        plain = TRACKS[settings.track].EPOCH_SECONDS * settings.epochs + OTHER_SECONDS
    total = sum(measured.get(trial.practice, plain * _relative_time(trial.practice)) for trial in trials)
    return total / min(at_once, max(len(trials), 1))


def _relative_time(practice: str) -> float:
    """Return the time of an update relative to the baseline's; of a combination, the product of its practices'."""
    return prod(BY_NAME[name].relative_time for name in split_combination(practice) if name in BY_NAME)
