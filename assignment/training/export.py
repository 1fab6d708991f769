"""Saving a network as .h5, with a check that the file reads back as the same network."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from assignment.errors import AssignmentError
from assignment.foreign.contents import FACTS
from assignment.foreign.metadata import ModelMetadata
from assignment.storage.files import FORMAT, replacing
from assignment.training.gan import Gan
from assignment.training.naming import graph_name
from assignment.training.portable import portable

COMPARISON_SEED = 0
COMPARISON_BATCH_SIZE = 4  # enough to see a difference in the outputs; the number does not matter
MIN_FREE_BYTES = 2**16  # with less free space the disk counts as full
# Every Keras 3 has them.
STANDARD_LOSSES = (keras.losses.BinaryCrossentropy, keras.losses.MeanSquaredError)
STANDARD_OPTIMIZERS = (keras.optimizers.Adam, keras.optimizers.SGD)


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
    """Write a float32, trainable copy of `model`, without its optimizer's state, to `path` as .h5.

    The configuration is one that every Keras 3 reads. If `model` is compiled with a loss and an optimizer of Keras, so
    is the network that `keras.models.load_model` reads.
    The file is written next to `path`, read back, and compared with the copy: the configuration, the weights, and the
    outputs for random inputs. Only then does it replace `path`.
    Raises AssignmentError if the two differ, and OSError if the file cannot be written.
    """
    plain = float32_copy(model)
    with replacing(path) as temporary:
        _write(plain, temporary, metadata, compile_config(model))
        reread = keras.models.load_model(temporary, compile=False)  # safe to load: the line above wrote it
        if not _same(plain, reread):
            raise AssignmentError(f"{path.name} reads back as another model than the one saved; it was not kept.")


def float32_copy(model: keras.Model) -> keras.Model:
    """Return a copy of `model` in float32 with every layer trainable, under a name that TensorFlow can trace."""

    def plain(layer: keras.Layer) -> keras.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": "float32", "trainable": True})

    copy = keras.models.clone_model(model, clone_function=plain)
    copy.name = graph_name(model.name)
    copy.set_weights(model.get_weights())
    return copy


def compile_config(model: keras.Model) -> dict[str, Any] | None:
    """Return how `model` is compiled, as Keras writes it in .h5 files, without the optimizer's state.

    None if it is not compiled, or with a loss of our own, which Keras could not read without this package.
    """
    if not model.compiled:
        return None
    losses = model.loss if isinstance(model.loss, list) else [model.loss]
    standard = all(isinstance(loss, str) or type(loss) in STANDARD_LOSSES for loss in losses)
    if not standard or type(model.optimizer) not in STANDARD_OPTIMIZERS:
        return None
    stored = [loss if isinstance(loss, str) else keras.losses.serialize(loss) for loss in losses]
    optimizer = keras.optimizers.serialize(model.optimizer)
    # A rate of 0.0002 is stored as a float32, whose value has more digits.
    optimizer["config"]["learning_rate"] = float(str(np.float32(optimizer["config"]["learning_rate"])))
    return portable(
        {
            "loss": stored if isinstance(model.loss, list) else stored[0],
            "loss_weights": model.get_compile_config()["loss_weights"],
            "metrics": None,
            "weighted_metrics": None,
            "optimizer_config": {"class_name": optimizer["class_name"], "config": optimizer["config"]},
        }
    )


def _write(model: keras.Model, path: Path, metadata: ModelMetadata, compiled: dict[str, Any] | None) -> None:
    facts = {"format": FORMAT, **metadata._asdict(), "keras": keras.__version__}
    try:
        model.save(path, include_optimizer=False)
        with h5py.File(path, "r+") as file:
            config = portable(json.loads(file.attrs["model_config"]))
            config["config"]["trainable"] = True  # the network's own flag, next to those of its layers
            file.attrs["model_config"] = json.dumps(config).encode()
            if compiled:
                file.attrs["training_config"] = json.dumps(compiled).encode()
            file.attrs[FACTS] = json.dumps(facts, ensure_ascii=False)
    except (OSError, RuntimeError) as error:  # HDF5 reports a full disk as either, in several lines without an errno
        full = "errno = 28" in str(error) or shutil.disk_usage(path.parent).free < MIN_FREE_BYTES
        raise OSError(errno.ENOSPC if full else errno.EIO, "the .h5 file could not be written", str(path)) from error


def _same(model: keras.Model, other: keras.Model) -> bool:
    """Return whether two models have the same layers, the same weights, bit for bit, and the same outputs.

    The outputs may differ by rounding in float32.
    """
    if _configuration(model) != _configuration(other):
        return False
    weights, other_weights = model.get_weights(), other.get_weights()
    if len(weights) != len(other_weights):
        return False
    if not all(np.array_equal(a, b, equal_nan=True) for a, b in zip(weights, other_weights)):
        return False
    inputs = _random_inputs(model)
    outputs = zip(_outputs(model, inputs), _outputs(other, inputs))
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-5, equal_nan=True) for a, b in outputs)


def _configuration(model: keras.Model) -> str:
    """Return the configuration of the layers and of their connections."""
    return json.dumps(model.get_config()["layers"])  # as text: a shape may be a tuple or a list


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
