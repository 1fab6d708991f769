"""The settings of `assignment check`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.errors import AssignmentError
from assignment.settings.checks import check_choice, check_type, checked_folder, checked_path, option_name
from assignment.settings.tracks import TRACKS, FashionSettings

MAX_FILES = 1_000  # of one command; a class has thirty pairs


@dataclass(frozen=True)
class CheckSettings:
    """The settings of `assignment check`.

    files: the networks to check.
    track: whose sheet they are compared with.
    json: print the answers as JSON.
    repair: where to write the one file, so that today's Keras loads it; None to write nothing.
    measure: also measure generators with the judge, and draw twelve of their images.
    data_dir, outputs_dir: for `measure`, where the real images are, and where the pictures go; by default `outputs`.

    Raises AssignmentError, one sentence, for values that are wrong or contradict each other.
    """

    files: tuple[Path, ...]
    track: str = FashionSettings.TRACK
    json: bool = False
    repair: Path | None = None
    measure: bool = False
    data_dir: Path | None = None
    outputs_dir: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", _checked_files(self.files))
        check_choice("track", self.track, tuple(TRACKS))
        for name in ("json", "measure"):
            check_type(name, getattr(self, name), bool, "true or false")
        if self.repair is not None:
            object.__setattr__(self, "repair", _checked_repair(self.repair, self.files))
        if self.json and (self.repair is not None or self.measure):
            raise AssignmentError("--json prints only the answers; leave out --repair and --measure.")
        for name in ("data_dir", "outputs_dir"):
            if getattr(self, name) is None:
                continue
            if not self.measure:
                raise AssignmentError(f"{option_name(name)} is for --measure; add it, or leave out the folder.")
            object.__setattr__(self, name, checked_folder(name, getattr(self, name)))


def _checked_files(files: Sequence[object]) -> tuple[Path, ...]:
    paths = tuple(checked_path("FILE", file) for file in files)
    if not paths:
        raise AssignmentError("give the .h5 files to check, as in models/generator_model_ana.h5.")
    if len(paths) > MAX_FILES:
        raise AssignmentError(f"{len(paths):,} files are too many for one command; give at most {MAX_FILES:,}.")
    return paths


def _checked_repair(value: object, files: Sequence[Path]) -> Path:
    path = checked_path("--repair", value)
    if len(files) != 1:
        raise AssignmentError("--repair writes one network, so give only one FILE.")
    if path.suffix != ".h5":
        raise AssignmentError(f"--repair takes the path of an .h5 file to write, not {str(path)!r}.")
    if os.path.lexists(path):  # a link to a missing file would be replaced, too
        raise AssignmentError(f"--repair would replace {path}; give a path at which there is no file yet.")
    if not path.parent.is_dir():
        raise AssignmentError(f"--repair: there is no folder {path.parent}; create it, or give another path.")
    return path
