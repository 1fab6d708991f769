"""Write a network that another Keras saved as an .h5 file that today's Keras loads."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from assignment.errors import AssignmentError, is_out_of_memory, one_line
from assignment.foreign.forward import random_inputs, run
from assignment.foreign.network import Network
from assignment.foreign.refused import Refused
from assignment.storage.files import replacing
from assignment.training.rebuild import rebuild

COUNT, SEED = 4, 0  # examples to compare the outputs with
CLASSES = 2  # labels 0 and 1 are valid for any number of classes
TOLERANCE = 1e-5  # of outputs in float32
HALF_TOLERANCE = 1e-2  # if a layer computes in 16 bits; a trained generator in float16 differs by 0.0045


def write_repaired(network: Network[np.ndarray], path: Path) -> float:
    """Write a network to a new .h5 file; return the largest difference of its outputs from those of the original.

    The file is read back with Keras, and its outputs are compared with those that NumPy computes from the table.
    Raises AssignmentError if the layers do not fit each other, or the outputs cannot be compared, or differ by more
    than `TOLERANCE` (`HALF_TOLERANCE` if a layer computes in 16 bits).
    """
    try:
        model = rebuild(network)
    except Exception as error:  # Keras raises many kinds for layers that do not fit each other
        if is_out_of_memory(error):
            raise
        raise AssignmentError(f"the network cannot be built: {one_line(error)}.") from error
    try:
        inputs = random_inputs(network, COUNT, CLASSES, SEED)
        expected = run(network, inputs)
    except Refused as refused:
        raise AssignmentError(f"the outputs cannot be compared, so no file was written: {refused}.") from refused
    with replacing(path) as temporary:
        model.save(temporary, include_optimizer=False)
        loaded = keras.models.load_model(temporary, compile=False)  # safe to load: the line above wrote it
        outputs = loaded(inputs if len(inputs) > 1 else inputs[0], training=False)
        results = [np.asarray(output, np.float32) for output in (outputs if isinstance(outputs, list) else [outputs])]
        difference = max(float(np.abs(a - b).max()) for a, b in zip(expected, results, strict=True))
        is_half = any("16" in str(layer.settings["dtype"]) for layer in network.plain_layers())
        if not np.isfinite(difference):
            raise AssignmentError(
                "the network has NaN or infinite outputs, so they cannot be compared; it was not kept."
            )
        if not difference <= (HALF_TOLERANCE if is_half else TOLERANCE):
            raise AssignmentError(f"the outputs of the repaired network differ by {difference:.1e}; it was not kept.")
    return difference
