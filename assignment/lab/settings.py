"""The settings of `assignment lab`, validated when they are created."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.errors import AssignmentError
from assignment.practices.choice import COMBINED_BY, checked_practices, split_combination, usable_practices
from assignment.settings.checks import check_choice, check_whole_number
from assignment.settings.tracks import TRACKS, FashionSettings, settings_from

ALL = "all"  # practices that the track can use
MAX_SEEDS, MAX_JOBS = 100, 64


@dataclass(frozen=True)
class LabSettings:
    """The settings of `assignment lab`: each of the practices alone, on seeds 1 to `seeds`, `jobs` runs at a time.

    With `scheduler`, the address of a Dask scheduler or its file, its workers run them, one at a time each.
    `practices` are names, combinations such as "ema+replay", or "all" alone, which is replaced by the names. The other
    settings are those of each run.
    Raises AssignmentError, one sentence, for a value of the wrong type or out of its range.
    """

    firstname: str
    track: str = FashionSettings.TRACK
    practices: Sequence[str] = (ALL,)
    seeds: int = 3
    epochs: int = 20
    jobs: int = 1
    scheduler: str | None = None
    precision: str = "auto"
    data: str = "auto"
    data_dir: Path | None = None
    outputs_dir: Path = Path("outputs")
    fresh: bool = False
    dry_run: bool = False

    def __post_init__(self) -> None:
        check_choice("track", self.track, tuple(TRACKS))
        check_whole_number("seeds", self.seeds, minimum=1, maximum=MAX_SEEDS)
        check_whole_number("jobs", self.jobs, minimum=1, maximum=MAX_JOBS)
        if self.scheduler is not None and not self.scheduler.strip():
            raise AssignmentError("--scheduler needs the address of a Dask scheduler, as in tcp://10.0.0.7:8786.")
        if self.scheduler is not None and self.jobs != LabSettings.jobs:
            raise AssignmentError(
                "--jobs is for one machine; with --scheduler, each worker of the cluster has one run at a time."
            )
        # The settings of a run check the values that each run receives.
        shared = ("firstname", "epochs", "precision", "data", "data_dir", "outputs_dir")
        run_settings = settings_from(TRACKS[self.track], {name: getattr(self, name) for name in shared})
        for name in ("firstname", "data_dir", "outputs_dir"):
            object.__setattr__(self, name, getattr(run_settings, name))
        object.__setattr__(self, "practices", self._checked_practices(*run_settings.conflict_keys))

    def _checked_practices(self, *conflict_keys: str) -> tuple[str, ...]:
        names = tuple(self.practices)
        if names == (ALL,):
            return tuple(practice.name for practice in usable_practices(*conflict_keys))
        if empty := next((name for name in names if COMBINED_BY in name and not all(split_combination(name))), None):
            raise AssignmentError(
                f"--practices has an empty name in {empty!r}; write names joined by {COMBINED_BY}, as in ema+replay."
            )
        if ALL in names or not all(names):
            raise AssignmentError(
                f"--practices takes {ALL} alone, or names separated by commas, as in --practices ema,replay; ema+replay"
                " uses both in one run."
            )
        # One at a time, because practices that conflict with each other are run separately.
        checked = [checked_practices(split_combination(name), *conflict_keys) for name in names]
        return tuple(dict.fromkeys(COMBINED_BY.join(combination) for combination in checked))
