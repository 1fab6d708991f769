"""The path of every file that a run writes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol, overload

from assignment.storage.files import check_not_folders, ensure_writable, partial_path


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

        Raises AssignmentError, which names the folder that cannot be written, or the one that has the name of a file.
        """
        for folder in (self.folder, self.checkpoints, self.models_dir):
            ensure_writable(folder)
        check_not_folders(
            self.real_images,
            self.generator_diagram,
            self.untrained_samples,
            self.discriminator_diagram,
            self.losses,
            self.animation,
            self.progress,
            self.metrics_figure,
            self.generated,
            self.real_beside_generated,
            self.interpolation,
            self.noise_walk,
            self.label_walk,
            self.history,
            self.record,
            self.report,
            self.metrics,
            self.lock,
            self.holder,
            *self.models,
            self.best_generator,
        )

    def grid(self, epoch: int) -> Path:
        """Return the path of the grid of generated images after an epoch."""
        return self.folder / f"step7_grid_epoch_{epoch:04d}.png"

    def grids(self) -> list[Path]:
        """Return the grids that exist, in the order of their epochs."""
        return sorted(self.folder.glob("step7_grid_epoch_*.png"))

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

    def existing_outputs(self) -> list[Path]:
        """Return the files of a training that exist, except for the run record, which lists them, and checkpoints."""
        paths = (self.history, self.metrics, *sorted(self.folder.glob("step*")), *self.models, self.best_generator)
        return [path for path in paths if path.is_file()]

    def output_path(self, name: str) -> Path:
        """Return the path of the output with this file name, whether it exists or not."""
        return (self.models_dir if name.endswith(".h5") else self.folder) / name

    def remove_results(self) -> None:
        """Delete the files that describe a complete training."""
        # The record first: without it, no file counts as finished.
        for path in (self.record, self.metrics, self.metrics_figure, self.report):
            path.unlink(missing_ok=True)

    def remove_earlier_training(self) -> None:
        """Delete the files of an earlier training, including its checkpoints, so that two trainings never mix."""
        self.remove_results()
        figures, checkpoints = self.folder.glob("step7_*"), self.checkpoints.glob("*")
        for path in (self.history, self.best_generator, *figures, *checkpoints):
            path.unlink(missing_ok=True)

    def remove_partials(self) -> None:
        """Delete the partial files of a run that was killed. The caller must hold the lock."""
        # Other runs may be writing in the same models_dir, so only files with our own names are deleted there.
        our_models = [partial_path(path, "*").name for path in (*self.models, self.best_generator)]
        for path in chain(
            self.folder.glob(".partial-*"),
            self.checkpoints.glob(".partial-*"),
            *(self.models_dir.glob(pattern) for pattern in our_models),
        ):
            path.unlink(missing_ok=True)
