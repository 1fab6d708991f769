"""Step 8 of the sheet: save the GAN model."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(8))

from pathlib import Path

from assignment.storage.workspace import Workspace
from assignment.training.export import ModelMetadata, export_pair
from assignment.training.gan import Gan


def save_models(gan: Gan, workspace: Workspace, metadata: ModelMetadata) -> tuple[Path, Path]:
    """Write the generator and the discriminator as .h5 files; each is read back and compared before it is kept."""
    return export_pair(gan, workspace.models, metadata)
