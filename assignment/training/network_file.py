"""Reading a network's .h5 file, which may be another program's, damaged, or malicious.

`foreign` reads the file, and `rebuild` builds the network. Keras never opens it.
"""

from __future__ import annotations

from pathlib import Path

import keras

from assignment.errors import is_out_of_memory
from assignment.foreign.metadata import GIVE_OURS, WEIGHTS_ONLY, read_ours, unusable
from assignment.training.rebuild import rebuild


def load_network(path: Path) -> keras.Model:
    """Return the network in a file, in float32, not compiled.

    Raises AssignmentError if it is damaged, or has other layers, links or sizes than files of this program.
    """
    contents = read_ours(path)
    if contents.network is None:
        raise unusable(path, WEIGHTS_ONLY)
    try:
        return rebuild(contents.network, "float32")
    except Exception as error:  # Keras raises many kinds for layers that do not fit each other
        if is_out_of_memory(error):
            raise
        raise unusable(path, f"its layers and weights do not fit each other; {GIVE_OURS}") from error
