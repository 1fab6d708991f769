"""Every path that a run writes, named in one place."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from assignment.storage.files import make_writable, partial_path, refuse_folders


@dataclass(frozen=True)
class Workspace:
    """The files of one run: figures and records in `folder`, the .h5 files in `models_dir`."""

    folder: Path
    models_dir: Path
    firstname: str
    prefix: str = ""  # of the models' names

    @classmethod
    def of(cls, track: str, outputs_dir: Path, models_dir: Path, firstname: str) -> Workspace:
        """The workspace of a track's run, by the layout `<outputs_dir>/<firstname>/<track>/`."""
        # The assignment sheet, step 8, names the models of its own track; other tracks' stand beside them.
        prefix = "" if track == "fashion" else f"{track}_"
        return cls(outputs_dir / firstname / track, models_dir, firstname, prefix)

    def prepare(self) -> None:
        """Make the folders and try a file in each, so that a place that cannot be written is known before training.

        Raises AssignmentError, naming the folder, or the folder that stands where a file is to be written.
        """
        for folder in (self.folder, self.checkpoints, self.models_dir):
            make_writable(folder)
        properties = [name for name, kind in vars(type(self)).items() if isinstance(kind, property)]
        named = [getattr(self, name) for name in properties if name not in ("checkpoints", "models")]
        refuse_folders(*named, *self.models)

    @property
    def real_images(self) -> Path:
        return self.folder / "step2_real_images.png"

    @property
    def generator_diagram(self) -> Path:
        return self.folder / "step3_generator_diagram.png"

    @property
    def untrained_samples(self) -> Path:
        return self.folder / "step4_untrained_samples.png"

    @property
    def discriminator_diagram(self) -> Path:
        return self.folder / "step5_discriminator_diagram.png"

    @property
    def losses(self) -> Path:
        return self.folder / "step7_losses.png"

    def grid(self, epoch: int) -> Path:
        return self.folder / f"step7_grid_epoch_{epoch:04d}.png"

    @property
    def animation(self) -> Path:
        return self.folder / "step7_animation.gif"

    @property
    def progress(self) -> Path:
        return self.folder / "step7_progress.png"

    @property
    def measures(self) -> Path:
        return self.folder / "step7_measures.png"

    @property
    def generated(self) -> Path:
        return self.folder / "step7_generated.png"

    @property
    def real_beside_generated(self) -> Path:
        return self.folder / "step7_real_beside_generated.png"

    @property
    def interpolation(self) -> Path:
        return self.folder / "step7_interpolation.png"

    @property
    def noise_walk(self) -> Path:
        return self.folder / "step7_noise_walk.png"

    @property
    def label_walk(self) -> Path:
        return self.folder / "step7_label_walk.png"

    def samples(self, what: str) -> Path:
        """The picture of samples taken later; their arrays stand beside it as .npz."""
        return self.folder / f"samples_{what}.png"

    @property
    def history(self) -> Path:
        return self.folder / "history.csv"

    @property
    def record(self) -> Path:
        return self.folder / "run.json"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    @property
    def metrics(self) -> Path:
        return self.folder / "metrics.json"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def lock(self) -> Path:
        return self.folder / ".lock"

    @property
    def holder(self) -> Path:
        """Who holds the lock; the lock itself cannot be read everywhere while it is held."""
        return self.folder / ".holder.json"

    @property
    def generator_model(self) -> Path:
        return self.models_dir / f"{self.prefix}generator_model_{self.firstname}.h5"

    @property
    def discriminator_model(self) -> Path:
        return self.models_dir / f"{self.prefix}discriminator_model_{self.firstname}.h5"

    @property
    def best_generator(self) -> Path:
        """The generator with the smallest judge FID, beside the last one."""
        return self.models_dir / f"{self.prefix}best_generator_model_{self.firstname}.h5"

    @property
    def models(self) -> tuple[Path, Path]:
        return self.generator_model, self.discriminator_model

    def products(self) -> list[Path]:
        """What stands of all that a training leaves, but for the record, which tells of them, and the checkpoints."""
        paths = (self.history, self.metrics, *sorted(self.folder.glob("step*")), *self.models, self.best_generator)
        return [path for path in paths if path.is_file()]

    def product(self, name: str) -> Path:
        """Where a training's file of that name stands, or should."""
        return (self.models_dir if name.endswith(".h5") else self.folder) / name

    def grids(self) -> list[Path]:
        """The grids that stand in the folder."""
        return sorted(self.folder.glob("step7_grid_epoch_*.png"))

    def remove_end(self) -> None:
        """Delete what tells of a training's end, the record first, which vouches for the other files."""
        for path in (self.record, self.metrics, self.measures, self.report):
            path.unlink(missing_ok=True)

    def remove_earlier_training(self) -> None:
        """Delete what an earlier training left here, its checkpoints too, so that no two are mixed."""
        self.remove_end()
        figures, checkpoints = self.folder.glob("step7_*"), self.checkpoints.glob("*")
        for path in (self.history, self.best_generator, *figures, *checkpoints):
            path.unlink(missing_ok=True)

    def remove_partials(self) -> None:
        """Delete what a run that was killed had only begun to write here; nobody else may be writing meanwhile."""
        ours = [partial_path(path, "*") for path in (*self.models, self.best_generator)]
        for path in chain(
            self.folder.glob(".partial-*"),
            self.checkpoints.glob(".partial-*"),
            *(self.models_dir.glob(pattern.name) for pattern in ours),  # other runs may be writing theirs beside
        ):
            path.unlink(missing_ok=True)
