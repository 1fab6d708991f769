"""Model names with non-ASCII letters.

TensorFlow opens a scope with the model's name whenever it traces a call, and refuses one such as `generator_model_Ана`.
Models therefore have an ASCII name while a call is traced, and in the .h5 file, so that anyone who loads it can call
`predict`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


def graph_name(name: str) -> str:
    """Return `name` with each non-ASCII letter replaced by its code point, such as `u0410`."""
    return "".join(letter if letter.isascii() else f"u{ord(letter):04x}" for letter in name)


@contextmanager
def named_for_graphs(*models: keras.Model) -> Iterator[None]:
    """Within the block the models have names that TensorFlow can trace; afterwards they have their own again."""
    names = [model.name for model in models]
    for model in models:
        model.name = graph_name(model.name)
    try:
        yield
    finally:
        for model, name in zip(models, names):
            model.name = name
