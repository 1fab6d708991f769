"""What the images of a generator reveal, before any judge looks at them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assignment.checking.answers import Finding
from assignment.checking.weights import NOT_FINITE
from assignment.foreign.forward import random_inputs, run
from assignment.foreign.network import Network
from assignment.foreign.shapes import is_image

IN_0_TO_1 = "pixels in 0..1"  # title of a finding
CONTRAST = 0.5  # of images in 0..1, at least; a generator with less has learned little
COUNT, SEED = 24, 1  # images that are generated; enough to see whether they differ
CLASSES = 10
# Pixels are in -1..1, and 1/127.5 is a step of the gray scale.
SAME = 1 / 127.5  # a mean difference of two images below it cannot be seen
BLANK = 1 / 127.5  # a spread of the pixels of an image below it cannot be seen
ABOVE_HALF = -0.05  # if no pixel of trousers or digits is darker, the background is gray: the images are in 0..1


def generate(network: Network[np.ndarray]) -> np.ndarray:
    """Return `COUNT` images of a generator, float32 (n, height, width, 1). Raises Refused if it cannot be computed."""
    outputs = run(network, random_inputs(network, COUNT, CLASSES, SEED))
    return next(output for output in outputs if is_image(output.shape[1:]))


def image_findings(images: np.ndarray) -> Iterator[Finding]:
    """Return what images float (n, height, width, 1) reveal."""
    if not np.isfinite(images).all():
        share = float((~np.isfinite(images)).mean())
        yield Finding("NaN or infinite pixels", f"{share:.1%} of the pixels", NOT_FINITE)
        return
    low, high = float(images.min()), float(images.max())
    spread = float(images.std(axis=(1, 2, 3)).mean())
    if spread < BLANK:
        yield Finding(
            "blank images",
            f"the pixels of an image differ by {spread:.4f} on average, in a range of 2",
            "The generator learned nothing, or collapsed to one gray value. Train it again, with another seed.",
        )
        return
    variety = float(np.abs(images[CLASSES:] - images[:-CLASSES]).mean())  # these pairs have the same label, if any
    if variety < SAME:
        yield Finding(
            "one image for every noise",
            f"{len(images)} images differ by {variety:.4f} on average, in a range of 2",
            "The generator ignores its noise (mode collapse). Train it again, with another seed.",
        )
    if low > ABOVE_HALF and high - low > CONTRAST:
        yield Finding(
            IN_0_TO_1,
            f"all pixels lie in {low:.2f}..{high:.2f}",
            "The sheet asks for -1..1: normalize with images / 127.5 - 1, and end the generator with tanh.",
        )
