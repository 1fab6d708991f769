"""Model names of any alphabet, where TensorFlow takes only ASCII.

TensorFlow opens a scope by a model's name whenever it traces a call, and refuses a scope such as
`generator_model_Ана`. The name is therefore another one while a call is traced, and in the .h5 file, so that whoever
loads it can call `predict`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


def graph_name(name: str) -> str:
    """`name` itself where it is ASCII; otherwise each other letter is written as its code point, as in `u0410`."""
    return "".join(letter if letter.isascii() else f"u{ord(letter):04x}" for letter in name)


@contextmanager
def named_for_graphs(*models: keras.Model) -> Iterator[None]:
    """Within the block the models have names that TensorFlow can trace; afterwards their own again."""
    names = [model.name for model in models]
    for model in models:
        model.name = graph_name(model.name)
    try:
        yield
    finally:
        for model, name in zip(models, names):
            model.name = name
