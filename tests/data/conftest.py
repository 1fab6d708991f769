"""IDX files for the tests of the data package."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def idx_file():
    """A function that returns the content of the IDX file of an array, written from the format's description."""

    def content(array: np.ndarray) -> bytes:
        header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
        return header + array.tobytes()

    return content
