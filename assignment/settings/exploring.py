"""The settings of `assignment explore`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assignment.settings.checks import check_choice, check_type, checked_firstname, checked_folder
from assignment.settings.tracks import TRACKS, FashionSettings


@dataclass(frozen=True)
class ExploreSettings:
    """The settings of `assignment explore`.

    discriminator: whether the page also contains the discriminator.
    epochs: whether it also shows the images of earlier epochs.

    Raises AssignmentError, one sentence, for a value of the wrong type.
    """

    firstname: str
    track: str = FashionSettings.TRACK
    discriminator: bool = False
    epochs: bool = False
    outputs_dir: Path = FashionSettings.outputs_dir
    models_dir: Path = FashionSettings.models_dir

    def __post_init__(self) -> None:
        object.__setattr__(self, "firstname", checked_firstname(self.firstname))
        check_choice("track", self.track, tuple(TRACKS))
        for name in ("discriminator", "epochs"):
            check_type(name, getattr(self, name), bool, "true or false")
        for name in ("outputs_dir", "models_dir"):
            object.__setattr__(self, name, checked_folder(name, getattr(self, name)))
