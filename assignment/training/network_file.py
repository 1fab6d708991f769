"""Reading a network's .h5 file, which may be another program's, damaged, or malicious.

A file is checked before Keras builds anything: it has only kinds of layers that this program uses, and it has the
weights that its configuration needs, so a network never needs more memory than these weights.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import h5py
import keras

from assignment.errors import AssignmentError, is_out_of_memory
from assignment.storage.reading import Malformed, check_regular, parse_json
from assignment.training.portable import KERAS_3_0, portable

ATTRIBUTE = "assignment"  # of the .h5 file, next to those that Keras writes
OUR_NAMES = re.compile(r"([a-z]+_)?(best_)?(generator|discriminator)_model_.+")  # of networks
GIT_LFS = b"version https://git-lfs.github.com/spec/"
HDF5 = b"\x89HDF\r\n\x1a\n"
ZIP = b"PK\x03\x04"
GIVE_OURS = "give the .h5 file that the training wrote"

# Above any file of ours: the lecture track's largest discriminator has some 60 layers.
MAX_FILE_BYTES = 4 * 2**30
MAX_CONFIG_BYTES = 2**20
MAX_FACTS_BYTES = 2**16
MAX_LAYERS = 200
MAX_OBJECTS = 2_000  # groups and datasets
MAX_VALUES = 2**22  # of one image's tensor between two layers; 14x14x1024 are the most of a network of ours
NETWORKS = {"Sequential": keras.Sequential, "Functional": keras.Model}
MODULES = {None, "keras", "keras.layers", "keras.initializers"}


class Unusable(ValueError):
    """A file that is no network of this program; the message says what it is, and what to do."""


def read_facts(path: Path) -> str:
    """Return the JSON that this program stored in a network's file.

    Raises AssignmentError, which says what the file is instead, if this program did not write it or it is damaged.
    """
    with _opened(path) as file:
        if ATTRIBUTE in file.attrs:
            return _text(file, ATTRIBUTE, MAX_FACTS_BYTES)
        if "model_config" in file.attrs:
            name = _read_config(file)["config"].get("name")
            if isinstance(name, str) and OUR_NAMES.fullmatch(name):
                raise Unusable("Keras saved it again, without the facts about its training; give the original file")
            raise Unusable(f"another program saved it with Keras; {GIVE_OURS}")
        if "layer_names" in file.attrs or "model_weights" in file or "layers" in file:
            raise Unusable("it contains only weights; give the file of the complete network")
        raise Unusable(f"it is another program's HDF5 file; {GIVE_OURS}")


def load_network(path: Path) -> keras.Model:
    """Return the network in a file, not compiled.

    Raises AssignmentError if it is damaged, or has other layers, links or sizes than files of this program.
    """
    with _opened(path) as file:
        config = portable(_read_config(file))
        _check_layers(config)
        stored = _count_stored_values(file)
        with ThreadPoolExecutor(1) as thread:  # Keras lists, for each thread, the variables that it has yet to create
            needed, largest = thread.submit(_count_values, config).result()
        if needed != stored or largest > MAX_VALUES:
            raise Unusable(f"its layers do not have the sizes of its weights; {GIVE_OURS}")
        network = _build(config)
        network.load_weights(path)
    return network


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """Yield the HDF5 file at `path`; raise AssignmentError if it is none, or if the block finds it unusable."""
    check_regular(path)
    start = _first_bytes(path)
    try:
        if not start.startswith(HDF5) and not h5py.is_hdf5(path):
            raise Unusable(_other_file(path, start))
        if path.stat().st_size > MAX_FILE_BYTES:
            raise Unusable(f"it has more than {MAX_FILE_BYTES:,} bytes; {GIVE_OURS}")
        with _opened_hdf5(path) as file:
            yield file
    except Unusable as error:
        raise AssignmentError(f"{path} is not a network that this program saved: {error}.") from error
    except Exception as error:  # HDF5 and the versions of Keras raise many kinds for a file that they cannot read
        if isinstance(error, AssignmentError) or is_out_of_memory(error):
            raise
        raise AssignmentError(
            f"{path} is not a network that this program saved, or it is damaged; copy it again, or train it again."
        ) from error


def _opened_hdf5(path: Path) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise Unusable("it is damaged, and perhaps incomplete; copy it again, or train the network again") from error


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _other_file(path: Path, start: bytes) -> str:
    """Return what a file is that is not HDF5, and what to do."""
    if not start:
        return "it is empty; copy it again, or train the network again"
    if start.startswith(GIT_LFS):
        return "it is a Git LFS pointer instead of the file; run `git lfs pull` in the folder of the repository"
    if start.startswith(ZIP):
        names = _names_in_archive(path)
        if "config.json" in names:
            return f"it is a .keras file under another name; {GIVE_OURS}"
        if names and all(name.endswith(".npy") for name in names):
            return f"it is a file of NumPy arrays; {GIVE_OURS}"
        return "it is a ZIP archive; unpack it"
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        return "it is a web page; download the file itself"
    return f"it is not an HDF5 file; {GIVE_OURS}"


def _names_in_archive(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except zipfile.BadZipFile:
        return []


def _text(file: h5py.File, name: str, maximum: int) -> str:
    """Return a text attribute. Raises Unusable if it is longer than `maximum` bytes, or not a text."""
    value = file.attrs[name]
    text = value.decode("utf-8") if isinstance(value, bytes) else value
    if not isinstance(text, str) or len(text) > maximum:
        raise Unusable(f"its {name} is no text, or too long; {GIVE_OURS}")
    return text


def _read_config(file: h5py.File) -> dict[str, Any]:
    config = parse_json(_text(file, "model_config", MAX_CONFIG_BYTES), dict[str, Any])
    if not isinstance(config.get("config"), dict):
        raise Malformed("no config")
    return config


def _check_layers(config: dict[str, Any]) -> None:
    """Raise Unusable if a configuration has too many layers, or another class than the networks of this program."""
    layers = config["config"]["layers"]
    if config["class_name"] not in NETWORKS or not isinstance(layers, list):
        raise Unusable(f"it is neither a Sequential nor a functional network; {GIVE_OURS}")
    if len(layers) > MAX_LAYERS:
        raise Unusable(f"it has {len(layers):,} layers, but at most {MAX_LAYERS} are expected; {GIVE_OURS}")
    unchecked: list[Any] = [config["config"]]
    while unchecked:
        part = unchecked.pop()
        if isinstance(part, dict):
            kind = part.get("class_name")
            allowed = isinstance(kind, str) and kind in KERAS_3_0 and kind not in NETWORKS
            if "class_name" in part and not (allowed and part.get("module") in MODULES):
                raise Unusable(f"it has a part of another kind ({str(kind)[:40]!r}); {GIVE_OURS}")
            unchecked.extend(part.values())
        elif isinstance(part, list):
            unchecked.extend(part)


def _count_stored_values(file: h5py.File) -> int:
    """Return the number of weights in a file.

    Raises Unusable for a link to another place, and for data that are compressed or elsewhere: their stated size says
    nothing about the file's.
    """
    groups, objects, values, size = [file["/"]], 0, 0, 0
    while groups:
        group = groups.pop()
        for name in group:
            objects += 1
            if objects > MAX_OBJECTS:
                raise Unusable(f"it has more than {MAX_OBJECTS:,} groups and datasets; {GIVE_OURS}")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise Unusable(f"it contains a link to another place; {GIVE_OURS}")
            item = group[name]
            if isinstance(item, h5py.Group):
                groups.append(item)
            elif not isinstance(item, h5py.Dataset) or item.id.get_storage_size() != item.nbytes:
                raise Unusable(f"its weights are compressed or stored elsewhere; {GIVE_OURS}")
            elif item.dtype.kind not in "fiu":
                raise Unusable(f"its weights are no real numbers; {GIVE_OURS}")
            else:
                values, size = values + item.size, size + item.nbytes
    if size > file.id.get_filesize():  # several names for the same weights
        raise Unusable(f"its weights are larger than the file; {GIVE_OURS}")
    return values


def _count_values(config: dict[str, Any]) -> tuple[int, int]:
    """Return the number of weights that a network needs, and the size of its largest tensor for one image."""
    with keras.StatelessScope(initialize_variables=False):  # so that no weight takes memory
        network = _build(config)
        tensors = [tensor for layer in network.layers for tensor in (*network.inputs, layer.output)]
        return network.count_params(), max(math.prod(tensor.shape[1:]) for tensor in tensors)


def _build(config: dict[str, Any]) -> keras.Model:
    return NETWORKS[config["class_name"]].from_config(deepcopy(config["config"]))  # Keras empties parts of it
