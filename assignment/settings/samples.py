"""The settings of `assignment sample`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assignment.settings.checks import check_choice, check_whole_number, checked_firstname, checked_folder
from assignment.settings.seeds import SEEDS
from assignment.settings.tracks import TRACKS, FashionSettings

MAX_SAMPLES = 1_000  # of each label; those of ten labels take a minute to draw


@dataclass(frozen=True)
class SampleSettings:
    """The settings of `assignment sample`.

    labels: as the user wrote them; None for all labels.
    count: images of each label.

    Raises AssignmentError, one sentence, for a value of the wrong type or out of range.
    """

    firstname: str
    track: str = FashionSettings.TRACK
    labels: str | None = None
    count: int = 12
    seed: int = 1
    outputs_dir: Path = Path("outputs")
    models_dir: Path = Path("models")

    def __post_init__(self) -> None:
        object.__setattr__(self, "firstname", checked_firstname(self.firstname))
        check_choice("track", self.track, tuple(TRACKS))
        check_whole_number("count", self.count, minimum=1, maximum=MAX_SAMPLES)
        check_whole_number("seed", self.seed, minimum=0, maximum=SEEDS)
        for name in ("outputs_dir", "models_dir"):
            object.__setattr__(self, name, checked_folder(name, getattr(self, name)))
