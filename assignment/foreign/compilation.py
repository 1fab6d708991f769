"""How a network was compiled, and what today's Keras cannot read in it, from the JSON texts of any Keras since 2.2."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from assignment.storage.reading import Text

MAX_WORD = 60  # characters of the name of a loss or an optimizer; Keras' longest has 37
SAME_LOSS = {"BinaryCrossentropy": "binary_crossentropy", "MeanSquaredError": "mean_squared_error"}


# Arguments of Adam that change its updates, with their defaults; older versions of Keras lack some of them.
OTHER_ARGUMENTS: dict[str, float] = {
    "amsgrad": False,
    "clipnorm": 0,
    "clipvalue": 0,
    "global_clipnorm": 0,
    "weight_decay": 0,
    "use_ema": False,
    "decay": 0,
    "epsilon": 1e-7,
}


@dataclass(frozen=True)
class Compilation:
    """How a network was compiled; "" or None for what the file does not say.

    loss: as in "binary_crossentropy", or "binary_crossentropy from logits". optimizer: as in "Adam".
    learning_rate, beta_1, beta_2: of the optimizer.
    others: further arguments that change the updates, in words, as in "clipnorm 1".
    """

    loss: str = ""
    optimizer: str = ""
    learning_rate: float | None = None
    beta_1: float | None = None
    beta_2: float | None = None
    others: tuple[Text, ...] = ()


def read_compilation(config: object) -> Compilation | None:
    """Return how a network was compiled, from `training_config` of an .h5 file or `compile_config` of an archive."""
    if not isinstance(config, dict) or not config.get("loss"):
        return None
    optimizer = config.get("optimizer_config", config.get("optimizer"))
    arguments = optimizer.get("config") if isinstance(optimizer, dict) else None
    arguments = arguments if isinstance(arguments, dict) else {}
    name = optimizer.get("class_name") if isinstance(optimizer, dict) else optimizer
    rate = arguments.get("learning_rate", arguments.get("lr"))  # Keras before 2.3 calls it lr
    return Compilation(
        _loss(config.get("loss")),
        _name(name).rpartition(">")[2],  # "Custom>Adam", by tf.keras since 2.11
        _number(rate),
        _number(arguments.get("beta_1")),
        _number(arguments.get("beta_2")),
        tuple(_others(arguments)),
    )


def _others(arguments: dict[str, object]) -> Iterator[str]:
    """Return the optimizer's arguments that change its updates, where they are not Keras' default."""
    for name, default in OTHER_ARGUMENTS.items():
        value = arguments.get(name)
        if isinstance(value, bool) or value is None:
            if value:
                yield name
        elif isinstance(value, (int, float)) and value != default:
            yield f"{name} {value:g}"


def find_obstacles(config: object) -> tuple[str, ...]:
    """Return what Keras 3 refuses, or reads as another network, in a configuration, each once and in order.

    Measured with Keras 3.15.1 on files of every Keras from 2.2 to 3.15 (docs/checking.md).
    """
    return tuple(dict.fromkeys(_obstacles(config)))


def _obstacles(config: object) -> Iterator[str]:
    unchecked = deque([config])
    while unchecked:
        part = unchecked.popleft()
        if isinstance(part, list):
            unchecked.extend(part)
        if not isinstance(part, dict):
            continue
        kind, arguments = part.get("class_name"), part.get("config")
        if kind == "Conv2DTranspose" and isinstance(arguments, dict) and "groups" in arguments:
            yield "a Conv2DTranspose has the argument groups"
        if kind == "Sequential" and not _begins_with_input(arguments):
            yield "the Sequential model has no input layer"
        if _is_initializer_with_dtype(kind, arguments):
            yield "an initializer has the argument dtype"
        unchecked.extend(part.values())


def _begins_with_input(arguments: object) -> bool:
    layers = arguments.get("layers") if isinstance(arguments, dict) else arguments
    first = layers[0] if isinstance(layers, list) and layers else None
    nested = ("InputLayer", "Sequential", "Functional", "Model")
    return isinstance(first, dict) and first.get("class_name") in nested


def _is_initializer_with_dtype(kind: object, arguments: object) -> bool:
    """Return whether this is an initializer as tf.keras 2.2.4 writes it."""
    is_known = kind in ("GlorotUniform", "Zeros", "Ones", "RandomUniform")
    return is_known and isinstance(arguments, dict) and "dtype" in arguments


def _loss(value: object) -> str:
    if isinstance(value, (list, tuple)) and len(value) == 1:
        value = value[0]
    extra = ""
    if isinstance(value, dict):
        config = value.get("config")
        if isinstance(config, dict) and config.get("from_logits") is True:
            extra = " from logits"
        smoothing = _number(config.get("label_smoothing")) if isinstance(config, dict) else None
        if smoothing:
            extra += f" with label smoothing {smoothing:g}"
        value = config if isinstance(config, str) else value.get("class_name")
    name = _name(value)
    return SAME_LOSS.get(name, name) + extra


def _name(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= MAX_WORD and value.isprintable() else ""


def _number(value: object) -> float | None:
    """Return a rate, rounded to the digits that float32 has."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(f"{value:.6g}")
