"""Step 8 of the sheet: save the GAN model."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(8))

from pathlib import Path

from assignment.storage.files import ensure_writable
from assignment.storage.workspace import Workspace
from assignment.training.export import ModelMetadata, export_pair
from assignment.training.gan import Gan


def save_models(
    gan: Gan, where: Workspace | Path | str = ".", metadata: ModelMetadata | None = None
) -> tuple[Path, Path]:
    """Write the generator and the discriminator as .h5 files; each is read back and compared before it is kept.

    where: a run's workspace, or a folder, in which the files have the names of the networks.
    metadata: the training facts in the files; if None, only the first name.
    """
    if isinstance(where, Workspace):
        paths = where.models
    else:
        ensure_writable(Path(where))
        paths = Path(where, f"{gan.generator.name}.h5"), Path(where, f"{gan.discriminator.name}.h5")
    if metadata is None:
        firstname = gan.generator.name.removeprefix("generator_model_")
        metadata = ModelMetadata("fashion", firstname, seed=None, images="images that are not recorded")
    return export_pair(gan, paths, metadata)
