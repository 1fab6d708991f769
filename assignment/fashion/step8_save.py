"""Step 8 of the sheet: save the GAN model."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(8))

from pathlib import Path

from assignment.foreign.metadata import ModelMetadata
from assignment.storage.files import ensure_writable
from assignment.training.export import export_pair
from assignment.training.gan import Gan


def save_models(gan: Gan, folder: Path | str = ".", metadata: ModelMetadata | None = None) -> tuple[Path, Path]:
    """Write the generator and the discriminator as .h5 files; each is read back and compared before it is kept.

    folder: the files in it are named after the networks, as in `generator_model_ana.h5`.
    metadata: the facts about the training that the files contain; if None, only the first name.
    """
    folder = Path(folder).expanduser()
    ensure_writable(folder)
    if metadata is None:
        firstname = gan.generator.name.removeprefix("generator_model_")
        metadata = ModelMetadata("fashion", firstname, seed=None, images="images that are not recorded")
    return export_pair(
        gan, (Path(folder, f"{gan.generator.name}.h5"), Path(folder, f"{gan.discriminator.name}.h5")), metadata
    )
