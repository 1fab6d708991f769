"""The settings of `assignment measure`, and of the command that makes the judges."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assignment.errors import AssignmentError
from assignment.settings.checks import (
    check_choice,
    check_type,
    check_whole_number,
    checked_firstname,
    checked_folder,
    checked_path,
)
from assignment.settings.tracks import DATASETS, TRACKS, FashionSettings
from assignment.storage.workspace import Workspace


@dataclass(frozen=True)
class MeasureSettings:
    """The settings of `assignment measure`: a first name and a track, or the file of a generator.

    data_dir: where the real images are, as in a run.
    gan_train: also train a classifier on generated images.
    models_dir: where the generator of a first name is; None for the folder `models`.

    Raises AssignmentError, one sentence, for a value of the wrong type, or if both or neither are given.
    """

    firstname: str | None = None
    file: Path | None = None
    track: str | None = None
    gan_train: bool = False
    data_dir: Path | None = None
    models_dir: Path | None = None

    def __post_init__(self) -> None:
        if (self.firstname is None) == (self.file is None):
            raise AssignmentError("give either --firstname, as in --firstname ana, or the .h5 file of a generator.")
        if self.file is not None:
            object.__setattr__(self, "file", checked_path("FILE", self.file))
            if self.models_dir is not None:
                raise AssignmentError("--models-dir is for --firstname; FILE is the complete path of a generator.")
        else:
            object.__setattr__(self, "firstname", checked_firstname(self.firstname or ""))
        if self.track is not None:
            check_choice("track", self.track, tuple(TRACKS))
        check_type("gan_train", self.gan_train, bool, "true or false")
        for name in ("data_dir", "models_dir"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_folder(name, getattr(self, name)))

    @property
    def expected_track(self) -> str | None:
        """The track that the generator must have; None for a file of any track."""
        return self.track or (None if self.file else FashionSettings.TRACK)

    @property
    def path(self) -> Path:
        """The generator's file."""
        if self.file is not None:
            return self.file
        track, models_dir = self.track or FashionSettings.TRACK, self.models_dir or FashionSettings.models_dir
        return Workspace.for_run(track, Path(), models_dir, self.firstname or "").generator_model


@dataclass(frozen=True)
class MakeJudgesSettings:
    """The settings of `python -m assignment.evaluation.make_judges`.

    dataset: the one data set whose judge is made; None for all.
    seed: of the training; 0 for the judges that come with the program.
    """

    data_dir: Path
    dataset: str | None = None
    seed: int = 0
    outputs_dir: Path = Path("outputs")

    def __post_init__(self) -> None:
        if self.dataset is not None:
            check_choice("dataset", self.dataset, DATASETS)
        check_whole_number("seed", self.seed, minimum=0)
        for name in ("data_dir", "outputs_dir"):
            object.__setattr__(self, name, checked_folder(name, getattr(self, name)))
