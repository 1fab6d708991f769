"""Samples of a generator that was trained and saved: a picture and the arrays, from its .h5 file alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.errors import AssignmentError
from assignment.figures import style
from assignment.figures.grids import row_grid
from assignment.practices.choice import checked_practices
from assignment.practices.stack import Mixture
from assignment.session.screen import counted
from assignment.settings.tracks import SampleSettings
from assignment.storage.files import make_writable, replacing
from assignment.storage.workspace import Workspace
from assignment.training import streams
from assignment.training.export import Facts, read_facts

COLUMNS = 12  # images in a row of the picture; more go on in the next
MOST_ROWS = 60  # of the picture: 5,000 pixels; what is beyond them is in the arrays alone
AT_A_TIME = 500  # images; a thousand of them take a hundred megabytes inside the generator


@dataclass(frozen=True)
class Samples:
    """`count` images of each of `labels`: float32 (labels * count, 28, 28, 1) in [-1, 1], label by label.

    A generator that takes no label has the one label None. `noise` is what they were drawn from.
    """

    images: np.ndarray
    noise: np.ndarray
    labels: Sequence[int | None]
    facts: Facts

    @property
    def names(self) -> list[str]:
        return ["" if label is None else self.facts.classes[label] for label in self.labels]

    @property
    def label_of_each(self) -> np.ndarray:
        """int32 (images,); -1 where there are no labels."""
        known = [-1 if label is None else label for label in self.labels]
        return np.repeat(np.array(known, np.int32), len(self.images) // len(known))


def sample(settings: SampleSettings, workspace: Workspace) -> tuple[Path, Path]:
    """Draw what the settings ask for from the workspace's generator; the picture and the arrays that were written.

    Raises AssignmentError when there is no such generator, it is damaged or another network, or it has no such label.
    """
    path = workspace.generator_model
    if path.is_dir():
        raise AssignmentError(f"{path} is a folder, where a generator's file should be; give another --models-dir.")
    if not path.is_file():
        raise AssignmentError(
            f"{path} does not exist; train it first, with --track {settings.track}, or give its --models-dir."
        )
    facts = read_facts(path)
    if facts.track != settings.track:
        raise AssignmentError(f"{path} is of the {facts.track} track; give the {settings.track} track's own file.")
    labels = chosen_labels(settings.labels, facts)
    generator = _load(path)
    if generator.outputs[0].shape[1:] != (28, 28, 1):
        raise AssignmentError(f"{path} is a discriminator; give the generator's own file.")
    samples = draw_samples(generator, facts, labels, settings.count, settings.seed)
    make_writable(workspace.folder)
    picture = workspace.samples(f"{_named(labels)}_seed_{settings.seed}")
    style.save(draw_picture(samples, settings.firstname, settings.seed), picture)
    arrays = picture.with_suffix(".npz")
    with replacing(arrays) as temporary:
        np.savez_compressed(
            temporary,
            images=samples.images,
            labels=samples.label_of_each,
            noise=samples.noise,
            learned_from=facts.images,
        )
    return picture, arrays


def chosen_labels(wish: str | None, facts: Facts) -> list[int | None]:
    """The labels that `wish` names: numbers, ranges of them and class names, with commas; all without a wish.

    Raises AssignmentError for one that is not among the classes, or for a wish where there are none.
    """
    if not facts.classes:
        if wish is not None:
            raise AssignmentError(
                f"the {facts.track} track's generator takes no label; leave --label and --labels out."
            )
        return [None]
    if wish is None:
        return list(range(len(facts.classes)))
    chosen = [label for item in wish.split(",") for label in _labels_of(item.strip(), facts.classes)]
    return list(dict.fromkeys(chosen))


def _labels_of(item: str, classes: Sequence[str]) -> Sequence[int]:
    names = [name.casefold() for name in classes]
    if item.casefold() in names:
        return [names.index(item.casefold())]
    first, dash, last = item.partition("-")
    last = last if dash else first
    if all(number.isascii() and number.isdigit() for number in (first, last)):
        labels = range(int(first), int(last) + 1)
        if labels and labels[-1] < len(classes):
            return labels
    called = "" if names == [str(label) for label in range(len(names))] else f", or {', '.join(classes)}"
    raise AssignmentError(f"there is no label {item!r}; there are 0 to {len(classes) - 1}{called}.")


def draw_samples(generator: keras.Model, facts: Facts, labels: Sequence[int | None], count: int, seed: int) -> Samples:
    """`count` images of each label from noise that follows from the seed and the label alone."""
    latent_dim = generator.inputs[0].shape[1]
    drawn = np.concatenate([streams.later_noise(seed, label or 0, count, latent_dim) for label in labels])
    noise = Mixture(checked_practices(facts.practices)).noise(drawn)
    asked = np.repeat(np.array([label or 0 for label in labels], np.int32), count)[:, np.newaxis]
    inputs = [noise, asked] if len(generator.inputs) > 1 else noise
    images = generator.predict(inputs, batch_size=AT_A_TIME, verbose=0)  # (labels * count, 28, 28, 1)
    return Samples(images, noise, labels, facts)


def draw_picture(samples: Samples, firstname: str, seed: int) -> Figure:
    """A row of images for each label, or several where one row is too short; each label's first row is named.

    Where that would be more than `MOST_ROWS`, each label's first images are drawn.
    """
    of_each = len(samples.images) // len(samples.labels)
    columns = min(of_each, COLUMNS)
    count = min(of_each, columns * max(MOST_ROWS // len(samples.labels), 1))
    rows = -(-count // columns)  # of each label
    tiles = np.full((len(samples.labels), rows * columns, 28, 28), np.nan, np.float32)  # a place left over is white
    tiles[:, :count] = samples.images.reshape(len(samples.labels), of_each, 28, 28)[:, :count]
    names = [name if row == 0 else "" for name in samples.names for row in range(rows)]
    samples_of = f"{samples.facts.firstname}'s {samples.facts.track} generator"
    title = f"{counted(len(samples.images), 'sample')} of {samples_of}"
    if count < of_each:
        title = f"The first {count} of {of_each} samples of each label by {samples_of}"
    caption = f"{style.signature(firstname, seed, samples.facts.practices)}. Learned from: {samples.facts.images}."
    return row_grid(tiles.reshape(-1, 28, 28), names, title, caption)


def _named(labels: Sequence[int | None]) -> str:
    if labels == [None]:
        return "without_label"
    if len(labels) > 2 and list(labels) == list(range(labels[0], labels[-1] + 1)):
        return f"labels_{labels[0]}-{labels[-1]}"
    return ("label_" if len(labels) == 1 else "labels_") + "_".join(map(str, labels))


def _load(path: Path) -> keras.Model:
    try:
        return keras.models.load_model(path, compile=False)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise AssignmentError(f"{path} cannot be read as a network; it is damaged, or of other versions.") from error
