"""The path of every file that a run writes."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePath
from typing import Protocol, overload

from assignment.storage.files import (
    PARTIAL_NAME,
    check_files,
    check_spelling,
    check_writing_allowed,
    ensure_writable,
    files_named,
    remove_partials,
)

# The names of numbered files. A file of any other name is not ours, and is neither deleted nor listed.
GRID_NAME = re.compile(r"step7_grid_epoch_([0-9]{4,})\.png")
PLANE_NAME = re.compile(r"epoch_[0-9]{4,9}\.png")
CHECKPOINT_NAME = re.compile(r"epoch_([0-9]{4,})(?:_update_([0-9]{4,}))?\.(?:npz|sha256)")
# What to do if the file system takes a first name for another one.
USE_THE_OTHER_NAME = "give --firstname {}, or another --outputs-dir and --models-dir."


def checkpoint_progress(path: PurePath) -> tuple[int, int] | None:
    """Return the epochs and updates in the name of a checkpoint's file; None if it is no such name."""
    match = CHECKPOINT_NAME.fullmatch(path.name)
    return (int(match[1]), int(match[2] or 0)) if match else None


class HasFolder(Protocol):
    """A class whose instances have a folder."""

    @property
    def folder(self) -> Path: ...


class RunFile:
    """The name of a file in a workspace's folder. As a class attribute, it is the file's path on an instance."""

    def __init__(self, name: str):
        self.name = name

    @overload
    def __get__(self, workspace: None, owner: type) -> RunFile: ...
    @overload
    def __get__(self, workspace: HasFolder, owner: type) -> Path: ...
    def __get__(self, workspace: HasFolder | None, owner: type) -> RunFile | Path:
        return self if workspace is None else workspace.folder / self.name


@dataclass(frozen=True)
class Workspace:
    """The files of one run: figures and records in `folder`, the .h5 files in `models_dir`.

    prefix: the start of the .h5 files' names.
    """

    folder: Path
    models_dir: Path
    firstname: str
    prefix: str = ""

    real_images = RunFile("step2_real_images.png")
    generator_diagram = RunFile("step3_generator_diagram.png")
    untrained_samples = RunFile("step4_untrained_samples.png")
    discriminator_diagram = RunFile("step5_discriminator_diagram.png")
    losses = RunFile("step7_losses.png")
    animation = RunFile("step7_animation.gif")
    progress = RunFile("step7_progress.png")
    metrics_figure = RunFile("step7_measures.png")
    generated = RunFile("step7_generated.png")
    real_beside_generated = RunFile("step7_real_beside_generated.png")
    interpolation = RunFile("step7_interpolation.png")
    noise_walk = RunFile("step7_noise_walk.png")
    label_walk = RunFile("step7_label_walk.png")
    history = RunFile("history.csv")
    record = RunFile("run.json")
    report = RunFile("report.html")
    explore_page = RunFile("explore.html")
    planes = RunFile("planes")  # a folder
    metrics = RunFile("metrics.json")
    checkpoints = RunFile("checkpoints")  # a folder
    lock = RunFile(".lock")
    holder = RunFile(".holder.json")  # names the run that holds the lock; Windows cannot read a locked file

    @classmethod
    def for_run(cls, track: str, outputs_dir: Path, models_dir: Path, firstname: str) -> Workspace:
        """Return the workspace of a track's run; its folder is `<outputs_dir>/<firstname>/<track>/`."""
        # The assignment sheet, step 8, names the models of its own track; a prefix separates those of other tracks.
        prefix = "" if track == "fashion" else f"{track}_"
        return cls(outputs_dir / firstname / track, models_dir, firstname, prefix)

    def prepare(self) -> None:
        """Create the folders and check that the files can be written, so that a problem is found before training.

        Raises AssignmentError, which names the folder that cannot be written, what has the name of a file without being
        one, or another first name that the file system takes for this one.
        """
        check_spelling(self.folder.parent, USE_THE_OTHER_NAME)
        for folder in (self.folder, self.checkpoints, self.models_dir):
            ensure_writable(folder)
        for model in (*self.models, self.best_generator):
            check_spelling(model, "give the first name in the same spelling, or another --models-dir.")
        check_files(
            *self.outputs,
            *(path for path in self.folder.iterdir() if GRID_NAME.fullmatch(path.name)),
            self.record,
            self.report,
            self.explore_page,
            self.lock,
            self.holder,
        )

    def grid(self, epoch: int) -> Path:
        """Return the path of the grid of generated images after an epoch."""
        return self.folder / f"step7_grid_epoch_{epoch:04d}.png"

    def plane(self, epoch: int) -> Path:
        """Return the path of the images on a plane through the latent space after an epoch, for the explore page."""
        return self.planes / f"epoch_{epoch:04d}.png"

    def plane_epochs(self) -> dict[int, Path]:
        """Return the planes that exist, by epoch."""
        paths = files_named(self.planes, PLANE_NAME)
        return dict(sorted((int(path.stem.removeprefix("epoch_")), path) for path in paths))

    def grids(self) -> list[Path]:
        """Return the grids that exist, in the order of their epochs."""
        grids = files_named(self.folder, GRID_NAME)
        return sorted(grids, key=lambda path: (len(path.name), path.name))

    @property
    def figures(self) -> list[Path]:
        """All figures of a run, except for the grids, whether they exist or not."""
        return [self.folder / file.name for file in vars(Workspace).values() if _is_figure(file)]

    @property
    def earlier_figures(self) -> list[Path]:
        """The figures that are drawn before the training."""
        return [path for path in self.figures if not path.name.startswith("step7_")]

    def samples(self, name: str) -> Path:
        """Return the path of a figure of `assignment sample`; the arrays are in the .npz file of the same name."""
        return self.folder / f"samples_{name}.png"

    @property
    def generator_model(self) -> Path:
        return self._model("generator_model")

    @property
    def discriminator_model(self) -> Path:
        return self._model("discriminator_model")

    @property
    def best_generator(self) -> Path:
        """The generator of the epoch with the smallest judge FID, next to that of the last epoch."""
        return self._model("best_generator_model")

    @property
    def models(self) -> tuple[Path, Path]:
        """The generator and the discriminator of the last epoch."""
        return self.generator_model, self.discriminator_model

    def _model(self, name: str) -> Path:
        return self.models_dir / f"{self.prefix}{name}_{self.firstname}.h5"

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files of a training that its record lists, except for the grids, whether they exist or not."""
        return (self.history, self.metrics, *self.figures, *self.models, self.best_generator)

    def existing_outputs(self) -> list[Path]:
        """Return the outputs that exist, and the grids."""
        return [path for path in (*self.outputs, *self.grids()) if path.is_file()]

    def output_path(self, name: str) -> Path | None:
        """Return the path of the output with this file name, whether it exists or not; None for any other name."""
        paths = {path.name: path for path in self.outputs}
        return self.folder / name if GRID_NAME.fullmatch(name) else paths.get(name)

    def remove_results(self) -> None:
        """Delete the files that describe a complete training."""
        check_writing_allowed()
        # The record first: without it, no file counts as finished.
        for path in (self.record, self.metrics, self.metrics_figure, self.report, self.explore_page):
            path.unlink(missing_ok=True)

    def remove_earlier_training(self) -> None:
        """Delete the files of an earlier training, including its checkpoints, so that two trainings never mix."""
        self.remove_results()
        figures = [path for path in self.figures if path not in self.earlier_figures]
        checkpoints = files_named(self.checkpoints, CHECKPOINT_NAME)
        planes = self.plane_epochs().values()
        for path in (self.history, self.best_generator, *figures, *self.grids(), *planes, *checkpoints):
            path.unlink(missing_ok=True)

    def remove_checkpoints(self) -> None:
        """Delete the checkpoints, and their folder if it contains nothing else; do nothing where that fails."""
        with suppress(OSError):
            for path in files_named(self.checkpoints, CHECKPOINT_NAME):
                path.unlink(missing_ok=True)
            self.checkpoints.rmdir()

    def remove_partials(self) -> None:
        """Delete the partial files of a run that was killed. The caller must hold the lock."""
        for path in chain(files_named(self.folder, PARTIAL_NAME), files_named(self.checkpoints, PARTIAL_NAME)):
            path.unlink(missing_ok=True)
        # Other runs may be writing in the same models_dir, so only those of our own files are deleted there.
        remove_partials(*self.models, self.best_generator)


def display_name(figure: Path) -> str:
    """Return the name of the window, or the place in a notebook, that shows a figure; all grids share one."""
    return "step7_grid" if GRID_NAME.fullmatch(figure.name) else figure.stem


def _is_figure(file: object) -> bool:
    return isinstance(file, RunFile) and file.name.startswith("step")
