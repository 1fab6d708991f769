"""Loads a data set from the first place that has it: a folder, Keras' cache, a download, the drawn stand-in."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assignment.data import files, layouts, standin
from assignment.data.dataset import DIGITS, GARMENTS, Dataset, Provenance
from assignment.data.digits import draw_digits
from assignment.data.files import Advice, DataFile
from assignment.data.garments import draw_garments
from assignment.errors import AssignmentError, one_line

# The four files of a data set, training images first: (file name, MD5 of the decompressed content).
# Source: https://github.com/zalandoresearch/fashion-mnist
FASHION_MNIST_FILES = (
    ("train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
    ("train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9"),
    ("t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"),
    ("t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965"),
)
# MNIST by LeCun, Cortes and Burges. Keras distributes it as one archive of the four arrays.
MNIST_FILES = (
    ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
    ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
)
DATA_DIR_VARIABLE = "ASSIGNMENT_DATA_DIR"
DOWNLOAD_TIMEOUT = 20.0  # seconds without an answer; some networks drop packets without an error


@dataclass(frozen=True)
class Source:
    """A public data set.

    name: its name in folders and in Keras.
    title, credit: its name and authors, as figures show them.
    classes: the names of its classes, by label.
    files: its four IDX files and their MD5.
    draw_images: draws the images of its stand-in.
    expected_accuracy: what a small classifier reaches on the test images, 0..1.
    archive: the file in Keras' cache that holds all four arrays, if there is one.
    """

    name: str
    title: str
    credit: str
    classes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    draw_images: standin.DrawImages
    expected_accuracy: float
    archive: str | None = None

    @property
    def caption(self) -> str:
        """The caption of its images."""
        return f"{self.title} ({self.credit})"


FASHION_MNIST = Source(
    name="fashion-mnist",
    title="Fashion-MNIST",
    credit="Zalando Research, MIT license",
    classes=GARMENTS,
    files=FASHION_MNIST_FILES,
    draw_images=draw_garments,
    expected_accuracy=0.91,
)
MNIST = Source(
    name="mnist",
    title="MNIST",
    credit="LeCun, Cortes, Burges, CC BY-SA 3.0",
    classes=DIGITS,
    files=MNIST_FILES,
    draw_images=draw_digits,
    expected_accuracy=0.99,
    archive="mnist.npz",
)
SOURCES = {source.name: source for source in (MNIST, FASHION_MNIST)}


def find_source(caption: str) -> tuple[Source, bool] | None:
    """Return the data set whose images have this caption, and whether they are its drawn stand-in; None without one."""
    for source in SOURCES.values():
        if caption in (source.caption, standin.caption(source.title)):
            return source, caption != source.caption
    return None


class Unavailable(Exception):
    """A download that failed; the message is the reason."""


def load(source: Source, choice: str = "auto", data_dir: Path | None = None) -> Dataset:
    """Load a data set from the first place that has it.

    The places are, in this order: `data_dir`, or the folder that ASSIGNMENT_DATA_DIR names; Keras' cache; a download;
    the drawn stand-in. If a folder is named, only the folder is tried.

    choice: "auto", "real" (never the stand-in) or "standin" (only the stand-in).

    Raises AssignmentError if the folder lacks the files, if a real file is damaged (it is never replaced by the
    stand-in), or if `choice` is "real" and there are no real images.
    """
    if choice == "standin":
        return standin.draw(source.draw_images, source.title, "--data standin was given")
    named = find_named_folder(data_dir)
    if named is not None:
        return from_folder(source, named)
    try:
        return from_cache(source) or from_download(source)
    except Unavailable as error:
        reason = f"{source.title} is not in Keras' cache and could not be downloaded ({error})"
        if choice == "real":
            raise AssignmentError(f"{reason}; give its folder with --data-dir.") from error
        return standin.draw(source.draw_images, source.title, reason)


def find_named_folder(data_dir: Path | None) -> Path | None:
    """Return the data folder that the user named, with --data-dir or ASSIGNMENT_DATA_DIR; None if there is none.

    Raises AssignmentError if it does not exist.
    """
    variable = os.environ.get(DATA_DIR_VARIABLE, "").strip()
    if data_dir is None and not variable:
        return None
    folder = data_dir or Path(os.path.expanduser(variable))
    if not os.path.exists(folder):
        origin = "" if data_dir else f", which {DATA_DIR_VARIABLE} names,"
        raise AssignmentError(f"the data folder {folder}{origin} does not exist.")
    return folder


def from_folder(source: Source, folder: Path) -> Dataset:
    """Load from a folder that has the data set in one of the layouts that `layouts.find` knows.

    Raises AssignmentError if no layout is complete, or if a file of the first complete one has no valid copy.
    """
    data_files, copies = _find_layout(source, folder)
    if data_files == files.csv_files(source.name):  # it may be shuffled, and so may be the next one
        if_damaged = "fetch the four IDX files instead (the same images in another order cannot be used)"
    else:
        if_damaged = "delete it and fetch it again"
    if_other = f"give the folder of {source.title} with --data-dir, or one that contains both mnist/ and fashion-mnist/"
    advice = _advice(source, if_damaged, if_other)
    arrays = _load_files(source, zip(copies, data_files), advice)
    return _combine(source, arrays, f"folder {copies[0][0].parent}")


def files_in_folder(source: Source, folder: Path) -> list[Path]:
    """Return the files that `from_folder` reads, and their other copies, without reading them.

    Raises AssignmentError if no layout is complete.
    """
    return [path for paths in _find_layout(source, folder)[1] for path in paths]


def _find_layout(source: Source, folder: Path) -> tuple[Sequence[DataFile], list[list[Path]]]:
    """Return the files of the first layout that the folder has completely, and the paths of each."""
    possible = (
        files.idx_files([name for name, _ in source.files]),
        files.archive_files(f"{source.name}.npz"),
        files.csv_files(source.name),
    )
    by_names = {tuple(file.name for file in layout): layout for layout in possible}
    names, copies = layouts.find(folder, source.name, source.title, list(by_names))
    return by_names[names], copies


def from_cache(source: Source, description: str = "Keras' cache") -> Dataset | None:
    """Load what Keras downloaded earlier, without using the network; return None if a file is missing.

    Raises AssignmentError if a file is damaged, even if others are missing: Keras does not check every file itself.
    """
    if source.archive is not None:
        cached = files.archive_files(source.archive)
    else:
        cached = files.idx_files([f"{source.name}/{name}" for name, _ in source.files], ".gz")
    if_damaged = "delete it, and the next run downloads it again"
    for cache in keras_caches():
        paths = [cache / "datasets" / file.name for file in cached]
        existing = [([path], file) for path, file in zip(paths, cached) if os.path.exists(path)]
        arrays = _load_files(source, existing, _advice(source, if_damaged, if_damaged))
        if len(existing) == len(cached):
            return _combine(source, arrays, description)
    return None


def from_download(source: Source) -> Dataset:
    """Download with `keras.datasets`. Raises Unavailable if that fails (no network, no disk space)."""
    from keras import datasets

    failure = "it left no files"
    default_timeout = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Keras' progress bar does not belong in our output
            getattr(datasets, source.name.replace("-", "_")).load_data()
    except Exception as error:  # Keras raises a bare Exception for a failed download, NumPy others for a partial file
        failure = one_line(error)
    finally:
        socket.setdefaulttimeout(default_timeout)
    dataset = from_cache(source, "a download by Keras")  # it checks the files and names one that is damaged
    if dataset is None:
        raise Unavailable(failure)
    return dataset


def keras_caches() -> list[Path]:
    """Return the folders where Keras may keep downloads: its home, and the one it uses if that is read-only."""
    home = Path(os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras"))
    temporary = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())
    return [home, temporary / ".keras"]


def _load_files(source: Source, found: Iterable[tuple[Sequence[Path], DataFile]], advice: Advice) -> list[np.ndarray]:
    """Return the arrays of files, each with the paths of its copies."""
    md5s = [md5 for _, md5 in source.files]
    return [array for paths, file in found for array in files.load(paths, file, md5s, advice)]


def _advice(source: Source, if_damaged: str, if_other: str) -> Advice:
    others = {
        md5: f"belongs to {other.title}, whose files have the same names; {if_other}"
        for other in SOURCES.values()
        for _, md5 in other.files
    }
    own = {md5: f"is {name} under another name; {if_damaged}" for name, md5 in source.files}
    return Advice(if_damaged, {**others, **own})


def _combine(source: Source, arrays: Sequence[np.ndarray], description: str) -> Dataset:
    train_images, train_labels, test_images, test_labels = arrays
    return Dataset(
        images=np.concatenate([train_images, test_images]),  # (70000, 28, 28)
        labels=np.concatenate([train_labels, test_labels]),  # (70000,)
        provenance=Provenance(
            source=description,
            caption=source.caption,
            checked="published MD5 of all four files",
            is_standin=False,
        ),
    )
