"""How a track shows its training: the grid, the loss plot, the unit of the losses and the health thresholds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from assignment.evaluation.health import HealthThresholds
from assignment.figures import curves, grids


class TrainingView(NamedTuple):
    """How a track samples, draws and labels its training.

    sample: returns the grid's current images, float (images, 28, 28, 1) in [-1, 1], always from the same noise.
    sample_plane: returns the current images on a plane through the latent space, a plane for each class.
    draw: returns the grid figure of (images, title, caption).
    plot: returns the loss figure of (epochs, discriminator_losses, generator_losses, title, caption).
    loss_unit: what the losses are, in words.
    progress_images: indices of the grid's images in the progress figure; by default some from all over the grid.
    progress_names: the names of these columns.
    thresholds: thresholds for the track's health checks.
    """

    sample: Callable[[], np.ndarray]
    draw: Callable[[np.ndarray, str, str], Figure] = grids.image_grid
    plot: Callable[..., Figure] = curves.loss_curves
    loss_unit: str = "nats; 0.693 where the discriminator is undecided"
    progress_images: Sequence[int] = ()
    progress_names: Sequence[str] = ()
    thresholds: HealthThresholds = HealthThresholds()
    sample_plane: Callable[[], np.ndarray] | None = None
