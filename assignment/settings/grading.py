"""The settings of `assignment grade`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from assignment.environment import available_memory, usable_processors
from assignment.errors import AssignmentError
from assignment.settings.checks import (
    check_choice,
    check_type,
    check_whole_number,
    checked_folder,
    checked_path,
    option_name,
)
from assignment.settings.tracks import TRACKS, FashionSettings

MAX_JOBS = 64
WORKER_MEMORY = 1.5e9  # bytes; a process with TensorFlow and the judge took 1.4e9
RESULTS = ("grades.csv", "grades.json", "grades.html")  # what grading writes next to the filled gradebook


@dataclass(frozen=True)
class GradeSettings:
    """The settings of `assignment grade`.

    folder: of the submissions, or the ZIP file that Canvas or Moodle made of them.
    out: where the results go.
    rubric: which checks give how many points; None for the one that comes with the track.
    track: whose sheet it is; None for that of the rubric, otherwise the Fashion-MNIST assignment.
    fill: the gradebook to fill in; None for none. column: which of its columns. overwrite: also cells with a grade.
    measure: measure the generators with the judge.
    jobs: processes at a time; None for one per processor.
    data_dir: where the real images are, as for a run.

    Raises AssignmentError, one sentence, for values that are wrong or contradict each other.
    """

    folder: Path
    out: Path
    rubric: Path | None = None
    track: str | None = None
    fill: Path | None = None
    column: str | None = None
    overwrite: bool = False
    measure: bool = True
    jobs: int | None = None
    data_dir: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", checked_path("FOLDER", self.folder))
        object.__setattr__(self, "out", checked_folder("out", self.out))
        for name in ("rubric", "fill"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_path(option_name(name), getattr(self, name)))
        if self.track is not None:
            check_choice("track", self.track, tuple(TRACKS))
            if self.rubric is not None:
                raise AssignmentError("--rubric names its track, so leave out --track.")
        for name in ("overwrite", "measure"):
            check_type(name, getattr(self, name), bool, "true or false")
        if self.column is not None:
            check_type("column", self.column, str, "the name of a column")
        for name in ("column", "overwrite"):
            if getattr(self, name) and self.fill is None:
                raise AssignmentError(f"{option_name(name)} is for --fill; add the gradebook, or leave it out.")
        if self.jobs is not None:
            check_whole_number("jobs", self.jobs, minimum=1, maximum=MAX_JOBS)
        if self.data_dir is not None:
            object.__setattr__(self, "data_dir", checked_folder("data_dir", self.data_dir))
        if self.fill is not None and self.fill.resolve() == (self.out / self.fill.name).resolve():
            raise AssignmentError(f"--fill would replace {self.fill}; choose another folder for --out.")
        if self.fill is not None and self.fill.name.lower() in RESULTS:
            raise AssignmentError(f"a result of grading has the name {self.fill.name}; rename the gradebook.")
        if self.out.resolve().is_relative_to(self.folder.resolve()):
            raise AssignmentError("--out is in the folder with the submissions; choose one that is not.")

    @property
    def chosen_track(self) -> str:
        """The track whose default rubric is used without --rubric."""
        return self.track or FashionSettings.TRACK

    @property
    def chosen_jobs(self) -> int:
        """The number of processes: without `jobs`, as many as there are processors and memory for."""
        by_memory = int(available_memory() // WORKER_MEMORY) if math.isfinite(available_memory()) else MAX_JOBS
        return self.jobs or max(min(usable_processors(), by_memory, MAX_JOBS), 1)
