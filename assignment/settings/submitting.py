"""The settings of `assignment submit`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assignment.errors import AssignmentError
from assignment.processes import join_words
from assignment.settings.checks import check_choice, check_type, checked_firstname, checked_folder
from assignment.settings.run_options import run_options
from assignment.settings.tracks import TRACKS, FashionSettings


@dataclass(frozen=True)
class SubmitSettings:
    """The settings of `assignment submit`.

    track: whose run is handed in.
    anyway: write the ZIP file although something is missing.
    max_mb: megabytes that the ZIP file may have, 1 MB = 1,000,000 bytes; None for any size.

    Raises AssignmentError, one sentence, for a value of the wrong type or out of range.
    """

    firstname: str
    track: str = FashionSettings.TRACK
    anyway: bool = False
    max_mb: float | None = None
    outputs_dir: Path = FashionSettings.outputs_dir
    models_dir: Path = FashionSettings.models_dir

    def __post_init__(self) -> None:
        object.__setattr__(self, "firstname", checked_firstname(self.firstname))
        check_choice("track", self.track, tuple(TRACKS))
        check_type("anyway", self.anyway, bool, "true or false")
        if self.max_mb is not None:
            is_number = isinstance(self.max_mb, (int, float)) and not isinstance(self.max_mb, bool)
            if not is_number or not 0 < self.max_mb < float("inf"):
                raise AssignmentError(f"--max-mb takes a number of megabytes above 0, not {self.max_mb!r}.")
        for name in ("outputs_dir", "models_dir"):
            object.__setattr__(self, name, checked_folder(name, getattr(self, name)))

    @property
    def train_command(self) -> str:
        """The command that trains what is handed in."""
        options = run_options(self.firstname, self.track, self.outputs_dir, self.models_dir)
        return join_words(["python", "run_assignment.py", *options])
