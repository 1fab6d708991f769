"""Whether a discriminator has memorized the training images, by its outputs for real images that it has never seen."""

from __future__ import annotations

import numpy as np

# Between the mean outputs for training images and for generated ones, in standard deviations. Below, chance alone gives
# 0.5 more and more often.
SMALLEST_DIFFERENCE = 0.3
LARGEST_LOGIT = 15.0  # of a probability in float32: 1 - 3e-7 is next to 1


def logits(outputs: np.ndarray, are_probabilities: bool) -> np.ndarray:
    """Return a discriminator's outputs (n, 1) as logits; the logit of a probability is limited to `LARGEST_LOGIT`."""
    outputs = np.asarray(outputs, np.float64)
    if not are_probabilities:
        return outputs
    with np.errstate(divide="ignore"):
        return np.clip(np.log(outputs) - np.log1p(-outputs), -LARGEST_LOGIT, LARGEST_LOGIT)


def memorization(seen: np.ndarray, unseen: np.ndarray, generated: np.ndarray) -> float:
    """Return where unseen real images are between training images (0) and generated ones (1), by their mean outputs.

    seen, unseen, generated: logits (n, 1) for training images, for other real images and for generated images.
    Returns 0 if the discriminator hardly distinguishes training images from generated ones.
    Source: Karras et al. 2020, equation 1 (r_v).
    """
    difference = float(seen.mean() - generated.mean())
    if difference <= SMALLEST_DIFFERENCE * seen.std():
        return 0.0
    return float(seen.mean() - unseen.mean()) / difference
