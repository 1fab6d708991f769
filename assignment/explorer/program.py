"""A network as a program for the browser: its steps, numbered, and the bytes of their weights.

Kernels are stored as 16-bit integers with a scale for each filter. They take the space of float16, and the images are
several times nearer to those in float32 (docs/explore.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from assignment.explorer.steps import Step, Tensor, network_steps
from assignment.foreign.network import Network
from assignment.foreign.refused import Refused
from assignment.foreign.shapes import Shape, input_shapes

NOT_FINITE = "its weights are NaN or infinite, so its training diverged, or the file is damaged"
LARGEST = 32_767  # of a 16-bit integer
ALIGNMENT = 4  # bytes; JavaScript reads float32 numbers only from such positions


class Program(NamedTuple):
    """A network for the browser.

    description: what the browser needs to know, for JSON. `inputs` are the shapes of the network's inputs, `steps` what
        is computed, one after another, and `outputs` the tensors that are returned. Tensors are numbered: first the
        inputs, then the result of each step.
    weights: the bytes to which the steps refer by position.
    """

    description: dict[str, Any]
    weights: bytes


def compile_network(network: Network[np.ndarray]) -> Program:
    """Return the program that computes in the browser what the network computes in inference.

    Raises Refused for a layer that the browser cannot compute.
    """
    with np.errstate(all="ignore"):  # weights of a network that diverged; they are refused when they are stored
        return _numbered(input_shapes(network), *network_steps(network))


def _numbered(inputs: Sequence[Shape], steps: Sequence[Step], outputs: Sequence[Tensor]) -> Program:
    """Return the program: every tensor with its number, every array with its position."""
    numbers: dict[int, int] = {id(step): len(inputs) + position for position, step in enumerate(steps)}

    def number(tensor: Tensor) -> int:
        return tensor if isinstance(tensor, int) else numbers[id(tensor)]

    weights = bytearray()

    def store(array: np.ndarray, dtype: str) -> tuple[int, int]:
        position = len(weights)
        if not np.isfinite(array.astype(dtype)).all():
            raise Refused(NOT_FINITE)
        weights.extend(np.ascontiguousarray(array, dtype).tobytes())
        weights.extend(bytes(-len(weights) % ALIGNMENT))
        return position, array.size

    described = []
    for step in steps:
        arrays = step.arrays
        if "kernel" in arrays:
            kernel, largest = _as_integers(arrays["kernel"])
            arrays = {"scale": arrays["scale"] * largest, "bias": arrays["bias"]}
        positions = {name: store(array, "<f4") for name, array in arrays.items()}
        if "kernel" in step.arrays:
            positions["kernel"] = store(kernel, "<i2")
        described.append(
            {
                "kind": step.kind,
                "inputs": [number(tensor) for tensor in step.inputs],
                "size": step.size,
                "activation": step.activation,
                "slope": step.slope,
                "arrays": positions,
                **step.settings,
            }
        )
    return Program(
        {"inputs": list(inputs), "steps": described, "outputs": [number(tensor) for tensor in outputs]}, bytes(weights)
    )


def _as_integers(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a kernel (rows, columns, filters, depth) in 16-bit integers, and the value of 1 for each filter."""
    largest = np.abs(kernel).max(axis=(0, 1, 3))
    if not np.isfinite(largest).all():
        raise Refused(NOT_FINITE)
    unit = np.where(largest > 0, largest, 1) / LARGEST
    return np.rint(kernel / unit[:, np.newaxis]).astype(np.int16), unit
