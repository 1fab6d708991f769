"""Images from a saved generator: a picture and the arrays, from its .h5 file alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.errors import AssignmentError, is_out_of_memory
from assignment.figures import style
from assignment.figures.grids import image_grid, row_grid
from assignment.practices.catalogue import BY_NAME
from assignment.practices.choice import checked_practices
from assignment.practices.stack import PracticeStack
from assignment.session.screen import plural
from assignment.settings.samples import SampleSettings
from assignment.storage.files import ensure_writable, replacing
from assignment.storage.lock import lock_if_free
from assignment.storage.workspace import Workspace
from assignment.training.export import ModelMetadata, read_metadata
from assignment.training.gan import generate_images
from assignment.training.network_file import load_network
from assignment.training.streams import Purpose

MAX_COLUMNS = 12  # images in a row of the picture
MAX_ROWS = 60  # of the picture, which then has 5,000 pixels; the arrays contain all images
GRID_SIZE = 36  # images without labels up to which the picture is a grid like the sheet's
IMAGE = (28, 28, 1)
MAX_LABEL_DIGITS = 9  # more are no label, and Python refuses to read thousands of them
MAX_QUOTED = 40  # characters of an item of --label in a message

Labels = Sequence[int | None]  # the requested labels; [None] for a generator that takes no label


@dataclass(frozen=True)
class Samples:
    """The same number of images of each label, label by label.

    images: float32 (n, 28, 28, 1) in [-1, 1].
    noise: what they were generated from, float32 (n, latent_dim).
    labels: each label once; [None] if the generator takes no label.
    metadata: the metadata of the generator's file.
    """

    images: np.ndarray
    noise: np.ndarray
    labels: Labels
    metadata: ModelMetadata

    @property
    def count(self) -> int:
        """The number of images of each label."""
        return len(self.images) // len(self.labels)

    @property
    def class_names(self) -> list[str]:
        """The name of each label, "" if there is none."""
        return ["" if label is None else self.metadata.classes[label] for label in self.labels]

    @property
    def image_labels(self) -> np.ndarray:
        """The label of each image, int32 (n,); -1 if there is none."""
        labels = [-1 if label is None else label for label in self.labels]
        return np.repeat(np.array(labels, np.int32), self.count)


def sample(settings: SampleSettings, workspace: Workspace) -> tuple[Path, Path]:
    """Draw images from the workspace's generator; return the paths of the picture and the arrays.

    Raises AssignmentError if the generator is missing, damaged or another network, or does not know a label.
    """
    path = workspace.generator_model
    metadata = _read_generator_metadata(path, settings.track)
    labels = parse_labels(settings.labels, metadata)
    with _explained(path):
        generator = _load_generator(path, metadata)
        samples = draw_samples(generator, metadata, labels, settings.count, settings.seed)
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


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raise AssignmentError for whatever goes wrong while the network in `path` is loaded and generates.

    Full memory is not the file's fault, so it is left to the guards of the command.
    """
    try:
        yield
    except Exception as error:  # the file may contain anything
        if isinstance(error, AssignmentError) or is_out_of_memory(error):
            raise
        raise AssignmentError(
            f"{path} cannot be used as a generator; it is damaged, or other versions of the software wrote it."
        ) from error


def _read_generator_metadata(path: Path, track: str) -> ModelMetadata:
    """Return the metadata of a track's generator. Raises AssignmentError if the file is missing or another's."""
    if not path.exists():
        raise AssignmentError(
            f"{path} does not exist; train it first, with --track {track}, or give the --models-dir that contains it."
        )
    metadata = read_metadata(path)
    if metadata.track != track:
        raise AssignmentError(
            f"{path} was trained in the {metadata.track} track; give --track {metadata.track}, or the --models-dir of"
            f" the {track} track."
        )
    unknown = [name for name in metadata.practices if name not in BY_NAME]
    if unknown:
        raise AssignmentError(
            f"{path} was trained with the practice {unknown[0]!r}, which this version does not know; install the"
            " version that trained it."
        )
    return metadata


def _load_generator(path: Path, metadata: ModelMetadata) -> keras.Model:
    """Return the generator in a file. Raises AssignmentError if it has other inputs or outputs than expected."""
    network = load_network(path)
    inputs, outputs = ([tensor.shape[1:] for tensor in tensors] for tensors in (network.inputs, network.outputs))
    if IMAGE in inputs:
        raise AssignmentError(f"{path} is a discriminator; give the generator's file.")
    labels = [(1,)] if metadata.classes else []
    if outputs != [IMAGE] or len(inputs[0]) != 1 or inputs[1:] != labels:
        raise AssignmentError(f"{path} has other inputs or outputs than a generator of the {metadata.track} track.")
    return network


def parse_labels(text: str | None, metadata: ModelMetadata) -> list[int | None]:
    """Return the labels in `text`: numbers, ranges and class names, separated by commas; all labels for None.

    Raises AssignmentError for an unknown label, or if labels are given for a generator that takes none.
    """
    if not metadata.classes:
        if text is not None:
            raise AssignmentError(
                f"the {metadata.track} track's generator takes no label; leave --label and --labels out."
            )
        return [None]
    if text is None:
        return list(range(len(metadata.classes)))
    labels = [label for item in text.split(",") for label in _parse_item(item.strip(), metadata.classes)]
    return list(dict.fromkeys(labels))


def _parse_item(item: str, classes: Sequence[str]) -> Sequence[int]:
    names = [name.casefold() for name in classes]
    if item.casefold() in names:
        return [names.index(item.casefold())]
    first, dash, last = item.partition("-")
    last = last if dash else first
    if all(number.isascii() and number.isdigit() and len(number) <= MAX_LABEL_DIGITS for number in (first, last)):
        labels = range(int(first), int(last) + 1)
        if labels and labels[-1] < len(classes):
            return labels
    names_are_numbers = names == [str(label) for label in range(len(names))]
    name_list = "" if names_are_numbers else f", or {', '.join(classes)}"
    quoted = item if len(item) <= MAX_QUOTED else f"{item[:MAX_QUOTED]}..."
    raise AssignmentError(f"there is no label {quoted!r}; the labels are 0 to {len(classes) - 1}{name_list}.")


def draw_samples(generator: keras.Model, metadata: ModelMetadata, labels: Labels, count: int, seed: int) -> Samples:
    """Generate `count` images of each label. The noise follows from the seed and the label alone."""
    practices = PracticeStack(checked_practices(metadata.practices))
    latent_dim = generator.inputs[0].shape[1]
    noise = np.concatenate(
        [
            practices.draw_noise(seed, Purpose.SAMPLE_NOISE, label or 0, count=count, latent_dim=latent_dim)
            for label in labels
        ]
    )
    label_inputs = np.repeat(np.array([label or 0 for label in labels], np.int32), count)[:, np.newaxis]
    is_conditional = len(generator.inputs) > 1
    images = generate_images(generator, [noise, label_inputs] if is_conditional else noise)
    if np.shape(images) != (len(noise), 28, 28, 1):
        raise ValueError(f"images of shape {np.shape(images)}")
    if not np.isfinite(images).all():
        raise AssignmentError(
            "the generator's images have NaN or infinite values, so its training diverged, or its file is damaged; copy"
            " the file again, or train it again."
        )
    return Samples(images, noise, labels, metadata)


def draw_picture(samples: Samples, firstname: str, seed: int) -> Figure:
    """Draw the samples: a grid like the sheet's for a few without labels, otherwise a table."""
    metadata = samples.metadata
    generator = f"{metadata.firstname}'s {metadata.track} generator"
    title = f"{plural(len(samples.images), 'sample')} of {generator}"
    caption = f"{style.signature(firstname, seed, metadata.practices)}. Learned from: {metadata.images}."
    if samples.labels == [None] and samples.count <= GRID_SIZE:
        return _draw_grid(samples.images, title, caption)
    return _draw_table(samples, title, caption)


def _draw_grid(images: np.ndarray, title: str, caption: str) -> Figure:
    """Draw images in a grid that is higher than wide, or square; the sheet's twelve in 4 rows of 3."""
    columns = math.isqrt(len(images))
    rows = -(-len(images) // columns)
    tiles = np.full((rows * columns, *IMAGE), np.nan, np.float32)
    tiles[: len(images)] = images
    figure = image_grid(tiles, title, caption, rows, columns)
    for axes in figure.axes[len(images) :]:
        axes.set_visible(False)
    return figure


def _draw_table(samples: Samples, title: str, caption: str) -> Figure:
    """Draw one row of images for each label, or several if one is too short; only the first of them is named.

    If that is more than `MAX_ROWS`, only the first images of each label are drawn.
    """
    label_count = len(samples.labels)
    columns = min(samples.count, MAX_COLUMNS)
    drawn = min(samples.count, columns * max(MAX_ROWS // label_count, 1))  # of each label
    rows = -(-drawn // columns)  # of each label
    tiles = np.full((label_count, rows * columns, 28, 28), np.nan, np.float32)  # NaN leaves a tile white
    tiles[:, :drawn] = samples.images.reshape(label_count, samples.count, 28, 28)[:, :drawn]
    row_names = [name if row == 0 else "" for name in samples.class_names for row in range(rows)]
    if drawn < samples.count:
        metadata = samples.metadata
        samples_of = "samples of each label" if metadata.classes else "samples"
        generator = f"{metadata.firstname}'s {metadata.track} generator"
        title = f"The first {drawn} of {samples.count} {samples_of} by {generator}"
    return row_grid(tiles.reshape(-1, 28, 28), row_names, title, caption)


def samples_name(labels: Labels, seed: int) -> str:
    """Return the part of the file names that identifies these labels and this seed, as in `labels_0-9_seed_1`."""
    numbers = [label for label in labels if label is not None]
    if not numbers:
        name = "without_label"
    elif len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        name = f"labels_{numbers[0]}-{numbers[-1]}"
    else:
        name = ("label_" if len(numbers) == 1 else "labels_") + "_".join(map(str, numbers))
    return f"{name}_seed_{seed}"
