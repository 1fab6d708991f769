"""One run of a track: its settings, its files, its screen, and how a figure or a network goes to both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from assignment.data.dataset import Provenance
from assignment.errors import no_room, sentence_for
from assignment.figures import diagrams, style
from assignment.practices.stack import Mixture
from assignment.session.screen import Screen
from assignment.storage.workspace import Workspace
from assignment.training.description import layer_table

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Run:
    """What every track's steps share. `command` is the line that repeats the run; `precision` is never "auto".

    `mixture` is what its practices make of the track's ingredients.
    """

    settings: Any
    workspace: Workspace
    screen: Screen
    command: str
    precision: str
    provenance: Provenance | None = None
    mixture: Mixture = Mixture()

    def on(self, provenance: Provenance) -> Run:
        """The same run, whose figures say from now on where its images came from."""
        return replace(self, provenance=provenance)

    @property
    def caption(self) -> str:
        """The line at the foot of every figure."""
        run = style.signature(self.settings.firstname, self.settings.seed, self.settings.practice)
        return f"{run}. Images: {self.provenance.caption}." if self.provenance else f"{run}."

    def keep(self, figure: Figure, path: Path, quietly: bool = False) -> None:
        """Save a figure, say so unless `quietly`, and refresh its window where there is one."""
        style.save(figure, path)
        self.screen.saved(path, quietly=quietly)

    @contextmanager
    def undeterred(self) -> Iterator[None]:
        """Within the block, a file that cannot be written is said and the run goes on, but for a full disk."""
        try:
            yield
        except OSError as error:
            if no_room(error):
                raise
            self.screen.say(f"  the training goes on, but {sentence_for(error)}")

    def present(self, model: keras.Model, path: Path) -> None:
        """Print a network's `summary()` and save its diagram."""
        self.screen.summary(model)
        self.keep(diagrams.draw_network(layer_table(model), model.name, self.caption), path)
