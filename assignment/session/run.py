"""One run of a track: its settings, its files and its console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from matplotlib.figure import Figure

from assignment.data.dataset import Provenance
from assignment.errors import describe_os_error, is_disk_full
from assignment.figures import style
from assignment.practices.stack import PracticeStack
from assignment.session.drawing import draw_network
from assignment.session.screen import Screen
from assignment.settings.tracks import Settings
from assignment.storage.workspace import Workspace
from assignment.training.streams import Purpose

if TYPE_CHECKING:
    import keras

SettingsT = TypeVar("SettingsT", bound=Settings, covariant=True)


@dataclass(frozen=True)
class Run(Generic[SettingsT]):
    """What all steps of a run share.

    settings: the dataclass of the run's track.
    command: the command line that repeats the run.
    precision: "float32" or "mixed_bfloat16", never "auto".
    provenance: where the images come from; None before step 1.
    """

    settings: SettingsT
    workspace: Workspace
    screen: Screen
    command: str
    precision: str
    provenance: Provenance | None = None
    practices: PracticeStack = PracticeStack()

    def with_provenance(self, provenance: Provenance) -> Run[SettingsT]:
        """Return the same run with the provenance of its images."""
        return replace(self, provenance=provenance)

    @property
    def images_from(self) -> Provenance:
        """The provenance of the images. Raises RuntimeError before step 1."""
        if self.provenance is None:
            raise RuntimeError("the images are loaded in step 1")
        return self.provenance

    @property
    def is_evaluated(self) -> bool:
        """Whether the generator is measured: as the user asked, by default for real images only."""
        if self.settings.evaluation is None:
            return not self.images_from.is_standin
        return self.settings.evaluation

    @property
    def caption(self) -> str:
        """The caption of every figure."""
        signature = style.signature(self.settings.firstname, self.settings.seed, self.settings.practice)
        return f"{signature}. Images: {self.provenance.caption}." if self.provenance else f"{signature}."

    def draw_noise(self, purpose: Purpose, *position: int, count: int, latent_dim: int) -> np.ndarray:
        """Return the generator's input noise (count, latent_dim) outside training, from the run's seed."""
        return self.practices.draw_noise(self.settings.seed, purpose, *position, count=count, latent_dim=latent_dim)

    def save_figure(self, figure: Figure, path: Path, quiet: bool = False) -> None:
        """Save a figure, print its path unless `quiet`, and refresh its window if there is one."""
        style.save(figure, path)
        self.screen.saved(path, quiet=quiet)

    def show_network(self, model: keras.Model, path: Path) -> None:
        """Print a network's `summary()` and save its diagram."""
        self.screen.summary(model)
        self.save_figure(draw_network(model, self.caption), path)

    @contextmanager
    def tolerate_write_errors(self) -> Iterator[None]:
        """Within the block, report a file that cannot be written and continue. A full disk still raises OSError."""
        try:
            yield
        except OSError as error:
            if is_disk_full(error):
                raise
            self.screen.say(f"  the training continues, but {describe_os_error(error)}")
