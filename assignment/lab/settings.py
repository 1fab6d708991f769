"""What a lab is asked to do, checked when it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.errors import AssignmentError
from assignment.practices.choice import checked_practices, usable
from assignment.settings.checks import check_choice, check_whole_number
from assignment.settings.tracks import TRACKS, FashionSettings

ALL = "all"  # of the practices that a track can use
MOST_SEEDS, MOST_JOBS = 100, 64


@dataclass(frozen=True)
class LabSettings:
    """What `assignment lab` can be asked: each of the `practices` alone, on seeds 1 to `seeds`, `jobs` at a time.

    `practices` are names, or "all" by itself, and are kept as names. Raises AssignmentError, one sentence, for a value
    of the wrong type or out of its range.
    """

    firstname: str
    track: str = FashionSettings.TRACK
    practices: Sequence[str] = (ALL,)
    seeds: int = 3
    epochs: int = 20
    jobs: int = 1
    precision: str = "auto"
    data: str = "auto"
    data_dir: Path | None = None
    outputs_dir: Path = Path("outputs")
    fresh: bool = False
    dry_run: bool = False

    def __post_init__(self):
        check_choice("track", self.track, tuple(TRACKS))
        check_whole_number("seeds", self.seeds, smallest=1, largest=MOST_SEEDS)
        check_whole_number("jobs", self.jobs, smallest=1, largest=MOST_JOBS)
        object.__setattr__(self, "practices", self._chosen())
        run = TRACKS[self.track](  # whose checks are those of each of the lab's runs
            firstname=self.firstname,
            epochs=self.epochs,
            precision=self.precision,
            data=self.data,
            data_dir=self.data_dir,
            outputs_dir=self.outputs_dir,
        )
        object.__setattr__(self, "firstname", run.firstname)

    def _chosen(self) -> tuple[str, ...]:
        names = tuple(self.practices)
        if names == (ALL,):
            return tuple(practice.name for practice in usable(self.track))
        if ALL in names or not all(names):
            raise AssignmentError(
                f"--practices takes {ALL} by itself, or names with commas, as in --practices ema,replay."
            )
        return tuple(dict.fromkeys(checked_practices([name], self.track)[0] for name in names))
