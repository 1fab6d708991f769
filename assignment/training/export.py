"""Saving a network as .h5, with a check that the file reads back as the same network."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import NamedTuple

import h5py
import keras
import numpy as np

from assignment.errors import AssignmentError
from assignment.storage.files import FORMAT, check_format, replacing
from assignment.training.gan import Gan
from assignment.training.naming import graph_name

ATTRIBUTE = "assignment"  # of the .h5 file, next to those that Keras writes
COMPARISON_SEED = 0
COMPARISON_BATCH_SIZE = 4  # enough to see a difference in the outputs; the number does not matter
MIN_FREE_BYTES = 2**16  # with less free space the disk counts as full


class ModelMetadata(NamedTuple):
    """What is stored in the .h5 file besides the network.

    images: the images that it was trained on, in words.
    classes: the class names of a conditional GAN.
    epoch: the epoch after which it was saved, or None for the last.
    practices: those that it was trained with; they may change the noise that the generator needs.
    """

    track: str
    firstname: str
    seed: int
    images: str
    classes: tuple[str, ...] = ()
    epoch: int | None = None
    practices: tuple[str, ...] = ()


def export_pair(gan: Gan, paths: tuple[Path, Path], metadata: ModelMetadata) -> tuple[Path, Path]:
    """Write the generator and the discriminator to their two paths with `export_h5`; return the paths.

    If one of them fails, the other is still tried before the error is raised.
    """
    generator_path, discriminator_path = paths
    try:
        export_h5(gan.generator, generator_path, metadata)
    finally:
        export_h5(gan.discriminator, discriminator_path, metadata)
    return paths


def export_h5(model: keras.Model, path: Path, metadata: ModelMetadata) -> None:
    """Write a float32, trainable copy of `model`, without its optimizer, to `path` as .h5.

    The file is written next to `path`, read back, and compared with the copy: the weights, and the outputs for random
    inputs. Only then does it replace `path`.
    Raises AssignmentError if the two differ, and OSError if the file cannot be written.
    """
    plain = float32_copy(model)
    with replacing(path) as temporary:
        _write(plain, temporary, metadata)
        reread = keras.models.load_model(temporary, compile=False)  # safe to load: the line above wrote it
        if not _same(plain, reread):
            raise AssignmentError(f"{path.name} reads back as another model than the one saved; it was not kept.")


def read_metadata(path: Path) -> ModelMetadata:
    """Return the metadata of the .h5 file at `path`.

    Raises AssignmentError if it is not an .h5 file, or was written by another program or another version.
    """
    try:
        with h5py.File(path, "r") as file:
            stored = dict(json.loads(file.attrs[ATTRIBUTE]))
        check_format(stored, path, remedy="train the network again with this version")
        del stored["format"]
        classes, practices = tuple(stored.pop("classes")), tuple(stored.pop("practices"))
        return ModelMetadata(**stored, classes=classes, practices=practices)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise AssignmentError(f"{path} is not a network that this program saved, or it is damaged.") from error


def float32_copy(model: keras.Model) -> keras.Model:
    """Return a copy of `model` in float32 with every layer trainable, under a name that TensorFlow can trace."""

    def plain(layer: keras.Layer) -> keras.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": "float32", "trainable": True})

    copy = keras.models.clone_model(model, clone_function=plain)
    copy.name = graph_name(model.name)
    copy.set_weights(model.get_weights())
    return copy


def _write(model: keras.Model, path: Path, metadata: ModelMetadata) -> None:
    try:
        model.save(path, include_optimizer=False)
        with h5py.File(path, "r+") as file:
            file.attrs[ATTRIBUTE] = json.dumps({"format": FORMAT, **metadata._asdict()}, ensure_ascii=False)
    except (OSError, RuntimeError) as error:  # HDF5 reports a full disk as either, in several lines without an errno
        full = "errno = 28" in str(error) or shutil.disk_usage(path.parent).free < MIN_FREE_BYTES
        raise OSError(errno.ENOSPC if full else errno.EIO, "the .h5 file could not be written", str(path)) from error


def _same(model: keras.Model, other: keras.Model) -> bool:
    """Return whether two models have the same weights, bit for bit, and the same outputs up to float32 rounding."""
    weights, other_weights = model.get_weights(), other.get_weights()
    if len(weights) != len(other_weights):
        return False
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(weights, other_weights)):
        return False
    inputs = _random_inputs(model)
    outputs = zip(_outputs(model, inputs), _outputs(other, inputs))
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True) for a, b in outputs)


def _random_inputs(model: keras.Model) -> list[np.ndarray]:
    random = np.random.default_rng(COMPARISON_SEED)
    return [_random_input(random, tensor) for tensor in model.inputs]


def _random_input(random: np.random.Generator, tensor: keras.KerasTensor) -> np.ndarray:
    shape = (COMPARISON_BATCH_SIZE, *tensor.shape[1:])
    if np.issubdtype(tensor.dtype, np.integer):  # labels: 0 and 1 are valid for any number of classes
        return np.resize(np.arange(2, dtype=tensor.dtype), shape)
    return random.uniform(-1, 1, shape).astype(tensor.dtype)


def _outputs(model: keras.Model, inputs: list[np.ndarray]) -> list[np.ndarray]:
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
