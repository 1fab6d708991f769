"""A network written as .h5, proved readable before it takes its place."""

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
from assignment.storage.files import replacing
from assignment.training.gan import Gan
from assignment.training.naming import graph_name

ATTRIBUTE = "assignment"  # of the file, beside those that Keras writes
PROOF_SEED = 0
SMALLEST_ROOM = 2**16  # bytes; with less the disk is called full
PROOF_BATCH = 4  # enough to see an output differ; the size does not matter


class Facts(NamedTuple):
    """What a file of a network tells of itself: its run, the images it learned from, its classes where it has some.

    `epoch` is after which epoch it was saved, where that is not its training's last; `practices` are those that it was
    trained with, since they may have given it other noise.
    """

    track: str
    firstname: str
    seed: int
    images: str
    classes: tuple[str, ...] = ()
    epoch: int | None = None
    practices: tuple[str, ...] = ()


def export_pair(gan: Gan, paths: tuple[Path, Path], facts: Facts) -> tuple[Path, Path]:
    """Write the generator and the discriminator as .h5 to their two paths, by `export_h5`.

    What goes wrong with one is raised when the other has been tried, too.
    """
    generator_path, discriminator_path = paths
    try:
        export_h5(gan.generator, generator_path, facts)
    finally:
        export_h5(gan.discriminator, discriminator_path, facts)
    return paths


def export_h5(model: keras.Model, path: Path, facts: Facts) -> None:
    """Write `model` to `path` as .h5: float32 and trainable whatever it was trained in, without its optimizer.

    The file is written beside its place, read back into a fresh model and compared, its weights and its outputs on
    random inputs; only then does it take its place. Raises AssignmentError when they differ,
    OSError when it cannot be written.
    """
    plain = float32_copy(model)
    with replacing(path) as temporary:
        _write(plain, temporary, facts)
        reread = keras.models.load_model(temporary, compile=False)  # our own file of a moment ago: safe to load
        if not _same(plain, reread):
            raise AssignmentError(f"{path.name} reads back as another model than was saved; it was not kept.")


def read_facts(path: Path) -> Facts:
    """What the .h5 file at `path` tells of itself.

    Raises AssignmentError when it is no .h5 file, or tells nothing since another program wrote it.
    """
    try:
        with h5py.File(path, "r") as file:
            told = json.loads(file.attrs[ATTRIBUTE])
        return Facts(**{**told, "classes": tuple(told["classes"]), "practices": tuple(told.get("practices", ()))})
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise AssignmentError(f"{path} is not a network that this program saved, or it is damaged.") from error


def _write(model: keras.Model, path: Path, facts: Facts) -> None:
    try:
        model.save(path, include_optimizer=False)
        with h5py.File(path, "r+") as file:
            file.attrs[ATTRIBUTE] = json.dumps(facts._asdict(), ensure_ascii=False)
    except (OSError, RuntimeError) as error:  # HDF5 tells of a full disk in either, in several lines, with no number
        full = "errno = 28" in str(error) or shutil.disk_usage(path.parent).free < SMALLEST_ROOM
        raise OSError(errno.ENOSPC if full else errno.EIO, "the .h5 file could not be written", str(path)) from error


def float32_copy(model: keras.Model) -> keras.Model:
    """A model of the same layers and weights in float32, every layer trainable, under a name that can be traced."""

    def plain(layer: keras.Layer) -> keras.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": "float32", "trainable": True})

    copy = keras.models.clone_model(model, clone_function=plain)
    copy.name = graph_name(model.name)
    copy.set_weights(model.get_weights())
    return copy


def _same(one: keras.Model, other: keras.Model) -> bool:
    """Whether two models have the same weights, bit for bit, and so the same outputs to the last digits of float32."""
    weights, other_weights = one.get_weights(), other.get_weights()
    if len(weights) != len(other_weights):
        return False
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(weights, other_weights)):
        return False
    inputs = _random_inputs(one)
    outputs = zip(_outputs(one, inputs), _outputs(other, inputs))
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True) for a, b in outputs)


def _random_inputs(model: keras.Model) -> list[np.ndarray]:
    random = np.random.default_rng(PROOF_SEED)
    return [_random_input(random, tensor) for tensor in model.inputs]


def _random_input(random: np.random.Generator, tensor) -> np.ndarray:
    shape = (PROOF_BATCH, *tensor.shape[1:])
    if np.issubdtype(tensor.dtype, np.integer):  # labels: 0 and 1, which every choice of classes has
        return np.resize(np.arange(2, dtype=tensor.dtype), shape)
    return random.uniform(-1, 1, shape).astype(tensor.dtype)


def _outputs(model: keras.Model, inputs: list[np.ndarray]) -> list[np.ndarray]:
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
