"""`assignment sample`: a picture and the arrays of a saved generator's images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from assignment.figures import style
from assignment.generators.files import check_trained, read_generator_metadata
from assignment.generators.labels import parse_labels, samples_name
from assignment.generators.picture import draw_picture
from assignment.generators.samples import Samples, generate_samples
from assignment.generators.saved import explained_errors, load_generator
from assignment.settings.samples import SampleSettings
from assignment.storage.files import ensure_writable, replacing
from assignment.storage.lock import lock_if_free
from assignment.storage.workspace import Workspace


def sample(settings: SampleSettings, workspace: Workspace) -> tuple[Path, Path]:
    """Draw images from the workspace's generator; return the paths of the picture and the arrays.

    Raises AssignmentError if the generator is missing, damaged or another network, or does not know a label.
    """
    path = workspace.generator_model
    check_trained(path, settings.track)
    metadata = read_generator_metadata(path, settings.track)
    labels = parse_labels(settings.labels, metadata)
    with explained_errors(path):
        generator = load_generator(path, metadata)
        samples = generate_samples(generator, metadata, labels, settings.count, settings.seed)
    figure = draw_picture(samples, settings.firstname, settings.seed)
    ensure_writable(workspace.folder)
    with lock_if_free(workspace, "assignment sample"):
        return _write(samples, figure, settings, workspace)


def _write(samples: Samples, figure: Figure, settings: SampleSettings, workspace: Workspace) -> tuple[Path, Path]:
    picture = workspace.samples(samples_name(samples.labels, settings.seed))
    style.save(figure, picture)
    arrays = picture.with_suffix(".npz")
    with replacing(arrays) as temporary:
        np.savez_compressed(
            temporary,
            images=samples.images,
            labels=samples.image_labels,
            noise=samples.noise,
            learned_from=samples.metadata.images,
        )
    return picture, arrays
