"""Reading a network's .h5 file, which may be another program's, damaged, or malicious.

`foreign` reads the file, and `rebuild` builds the network. Keras never opens it.
"""

from __future__ import annotations

import re
from pathlib import Path

import keras
import numpy as np

from assignment.errors import AssignmentError, is_out_of_memory
from assignment.foreign.network import Contents
from assignment.foreign.reader import read_contents
from assignment.foreign.refused import Refused
from assignment.training.rebuild import rebuild

OUR_NAMES = re.compile(r"([a-z]+_)?(best_)?(generator|discriminator)_model_.+")  # of networks
GIVE_OURS = "give the .h5 file that the training wrote"


def read_facts(path: Path) -> str:
    """Return the JSON that this program stored in a network's file.

    Raises AssignmentError, which says what the file is instead, if this program did not write it or it is damaged.
    """
    contents = _read(path)
    if contents.facts:
        return contents.facts
    if contents.network is None:
        raise _unusable(path, "it contains only weights; give the file of the complete network")
    if OUR_NAMES.fullmatch(contents.network.name):
        raise _unusable(path, "Keras saved it again, without the facts about its training; give the original file")
    raise _unusable(path, f"another program saved it with Keras; {GIVE_OURS}")


def load_network(path: Path) -> keras.Model:
    """Return the network in a file, in float32, not compiled.

    Raises AssignmentError if it is damaged, or has other layers, links or sizes than files of this program.
    """
    contents = _read(path)
    if contents.network is None:
        raise _unusable(path, "it contains only weights; give the file of the complete network")
    try:
        return rebuild(contents.network, "float32")
    except Exception as error:  # Keras raises many kinds for layers that do not fit each other
        if is_out_of_memory(error):
            raise
        raise _unusable(path, f"its layers and weights do not fit each other; {GIVE_OURS}") from error


def _read(path: Path) -> Contents[np.ndarray]:
    try:
        return read_contents(path)
    except Refused as refused:
        raise _unusable(path, str(refused)) from refused


def _unusable(path: Path, reason: str) -> AssignmentError:
    return AssignmentError(f"{path} is not a network that this program saved: {reason}.")
