"""Step 1 of the sheet: get the data."""

from __future__ import annotations

if __name__ == "__main__":  # for `python -m`; before the imports below, which start TensorFlow
    from assignment.cli import main_step

    raise SystemExit(main_step(1))

from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment.data.dataset import TROUSER, Dataset, scale_pixels
from assignment.data.sources import FASHION_MNIST
from assignment.session.images import load_source

DS1_SIZE = 60_000  # the sheet: ds1 holds the first 60,000 samples, ds2 the next 10,000


class SheetData(NamedTuple):
    """The sheet's `ds1` and `ds2`, dictionaries with `images` and `labels`, and its `dataset`, all trousers.

    Images are float32 (n, 28, 28) in [-1, 1]; labels uint8 (n,).
    """

    ds1: dict[str, np.ndarray]
    ds2: dict[str, np.ndarray]
    dataset: np.ndarray


def split_data(source: Dataset | Path | str | None = None, data: str = "auto") -> SheetData:
    """Split 70,000 samples as the sheet does, scale the pixels to [-1, 1], and collect the trousers (class label 1).

    source: the samples, or the folder that contains them; if None, Fashion-MNIST from Keras' cache or a download.
    Without either it is a drawn stand-in, and a warning says so.
    data: as the option --data: "auto", "real" or "standin".
    """
    if not isinstance(source, Dataset):
        source = load_source(FASHION_MNIST, source, data)
    images = scale_pixels(source.images)  # (70000, 28, 28), 0..255 to -1..1
    ds1 = {"images": images[:DS1_SIZE], "labels": source.labels[:DS1_SIZE]}
    ds2 = {"images": images[DS1_SIZE:], "labels": source.labels[DS1_SIZE:]}
    dataset = np.concatenate([part["images"][part["labels"] == TROUSER] for part in (ds1, ds2)])  # (7000, 28, 28)
    return SheetData(ds1, ds2, dataset)
