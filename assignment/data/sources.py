"""The first source that has the images: a folder, Keras' cache, a download, the drawn stand-in."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assignment.data import idx, standin
from assignment.data.dataset import DIGITS, GARMENTS, Dataset, Provenance
from assignment.data.digits import draw_digits
from assignment.data.garments import draw_garments
from assignment.errors import AssignmentError

# The four files, training images first; each is (file name, MD5 of its unpacked bytes).
# Fashion-MNIST: https://github.com/zalandoresearch/fashion-mnist
FASHION_MNIST_FILES = (
    ("train-images-idx3-ubyte", "f4a8712d7a061bf5bd6d2ca38dc4d50a"),
    ("train-labels-idx1-ubyte", "9018921c3c673c538a1fc5bad174d6f9"),
    ("t10k-images-idx3-ubyte", "8181f5470baa50b63fa0f6fddb340f0a"),
    ("t10k-labels-idx1-ubyte", "15d484375f8d13e6eb1aabb0c3f46965"),
)
# MNIST: LeCun, Cortes and Burges; Keras has it as one archive of the four arrays.
MNIST_FILES = (
    ("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
    ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624"),
    ("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
    ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637"),
)
ARCHIVED = ("x_train", "y_train", "x_test", "y_test")
DATA_DIR_VARIABLE = "ASSIGNMENT_DATA_DIR"
LONGEST_SILENCE = 20.0  # seconds; a network that drops packets must not hold the student for minutes


@dataclass(frozen=True)
class Source:
    """One data set: its name in folders and in Keras, its name and credit for people, its classes and its files.

    `drawing` makes the images of its stand-in. `archive` is the one file that Keras keeps of it, where it is one.
    """

    name: str
    title: str
    credit: str
    classes: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    drawing: standin.Drawing
    archive: str | None = None


FASHION_MNIST = Source(
    "fashion-mnist", "Fashion-MNIST", "Zalando Research, MIT licence", GARMENTS, FASHION_MNIST_FILES, draw_garments
)
MNIST = Source(
    "mnist", "MNIST", "LeCun, Cortes, Burges, CC BY-SA 3.0", DIGITS, MNIST_FILES, draw_digits, archive="mnist.npz"
)
SOURCES = {source.name: source for source in (MNIST, FASHION_MNIST)}


def load(source: Source, choice: str = "auto", data_dir: Path | None = None) -> Dataset:
    """Load `source` from the first place that has it.

    The places in their order: `data_dir` (else the folder that ASSIGNMENT_DATA_DIR names), Keras' cache, a download,
    the drawn stand-in. `choice` is "auto", "real" (never the stand-in) or "standin" (only the stand-in).
    Raises AssignmentError when a named folder lacks the files, when a real file is damaged (never a fallback), or when
    "real" finds no image.
    """
    if choice == "standin":
        return standin.draw(source.drawing, source.title, "it was asked for")
    folder = data_dir or _folder_of_environment()
    if folder is not None:
        return from_folder(source, folder)
    try:
        return from_cache(source) or from_download(source)
    except Unavailable as why:
        missing = f"{source.title} is not in Keras' cache and could not be downloaded ({why})"
        if choice == "real":
            raise AssignmentError(f"{missing}; give its folder with --data-dir.") from why
        return standin.draw(source.drawing, source.title, missing)


def _folder_of_environment() -> Path | None:
    named = os.environ.get(DATA_DIR_VARIABLE)
    return Path(named) if named else None


def from_folder(source: Source, folder: Path) -> Dataset:
    """Load from a folder that holds `<source.name>/` or the four IDX files themselves, gzipped or not."""
    if not folder.is_dir():
        raise AssignmentError(f"the data folder {folder} " + ("is a file." if folder.exists() else "does not exist."))
    inner = folder / source.name
    home = inner if inner.is_dir() else folder
    paths = [_gzipped_or_not(home / name, source) for name, _ in source.files]
    return _from_files(source, paths, f"folder {home}")


def _gzipped_or_not(path: Path, source: Source) -> Path:
    for candidate in (path, path.with_name(path.name + ".gz")):
        if candidate.is_file():
            return candidate
    raise AssignmentError(f"the data folder {path.parent} has no {path.name} (or {path.name}.gz) of {source.title}.")


def from_cache(source: Source, where: str = "Keras' cache") -> Dataset | None:
    """Load what Keras downloaded earlier, without asking the network; None where a file is missing."""
    for cache in keras_caches():
        folder = cache / "datasets"
        if source.archive is None:
            paths = [folder / source.name / f"{name}.gz" for name, _ in source.files]
        else:
            paths = [folder / source.archive]
        if all(path.is_file() for path in paths):
            return _from_files(source, paths, where) if source.archive is None else _from_archive(source, *paths, where)
    return None


class Unavailable(Exception):
    """A download that did not succeed, and why."""


def from_download(source: Source) -> Dataset:
    """Download through `keras.datasets`. Raises Unavailable where that does not succeed (no network, no room)."""
    from keras import datasets

    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(LONGEST_SILENCE)
    failure = "it left no files"
    try:
        with contextlib.redirect_stdout(sys.stderr):  # where Keras' progress disturbs nobody who reads our output
            getattr(datasets, source.name.replace("-", "_")).load_data()
    except Exception as error:  # Keras raises a bare Exception for a failed download, NumPy its own for a torn file
        failure = " ".join(str(error).split()) or type(error).__name__
    finally:
        socket.setdefaulttimeout(patience)
    dataset = from_cache(source, "a download by Keras")  # what has arrived is judged here: a damaged file is named
    if dataset is None:
        raise Unavailable(failure)
    return dataset


def keras_caches() -> list[Path]:
    """The folders in which Keras may keep what it downloads: its home, and where it goes when that is read-only."""
    home = Path(os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras"))
    temporary = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())
    return [home, temporary / ".keras"]


def _from_files(source: Source, paths: list[Path], where: str) -> Dataset:
    return _joined(source, [_checked(path, published) for path, (_, published) in zip(paths, source.files)], where)


def _from_archive(source: Source, archive: Path, where: str) -> Dataset:
    try:
        # Opened here: NumPy leaves a torn archive open.
        with archive.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = [stored[name] for name in ARCHIVED]
    except Exception as error:  # NumPy, zipfile, zlib and Python's own parser each have another for flipped bits
        raise AssignmentError(f"{archive} is damaged (it does not unpack); delete it and fetch it again.") from error
    for array, (_, published) in zip(arrays, source.files):
        if idx.md5(idx.content_of(array)) != published:
            raise AssignmentError(
                f"{archive} is damaged or another file (an MD5 in it is not the published one); delete it and fetch it"
                " again."
            )
    return _joined(source, arrays, where)


def _joined(source: Source, arrays: list[np.ndarray], where: str) -> Dataset:
    train_images, train_labels, test_images, test_labels = arrays
    return Dataset(
        images=np.concatenate([train_images, test_images]),  # (70000, 28, 28)
        labels=np.concatenate([train_labels, test_labels]),  # (70000,)
        provenance=Provenance(
            source=where,
            caption=f"{source.title} ({source.credit})",
            checked="published MD5 of all four files",
            is_standin=False,
        ),
    )


def _checked(path: Path, published_md5: str) -> np.ndarray:
    content = idx.read_bytes(path)
    if idx.md5(content) != published_md5:
        # A short or malformed file is named by what is wrong with it; any other is simply not the published one.
        idx.parse(content, path)
        _refuse_another_set(path, idx.md5(content))
        raise AssignmentError(
            f"{path} is damaged or another file (its MD5 is not the published one); delete it and fetch it again."
        )
    return idx.parse(content, path)


def _refuse_another_set(path: Path, md5: str) -> None:
    """Raise AssignmentError where the file is another data set's, which has files of the same names."""
    for other in SOURCES.values():
        if md5 in dict(other.files).values():
            raise AssignmentError(
                f"{path} is {other.title}'s, whose files have the same names; name the other set's folder with"
                " --data-dir, or one that holds both as mnist/ and fashion-mnist/."
            )
