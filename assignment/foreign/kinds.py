"""The kinds of layers that the sheets and the practices use, and what their settings mean in every version of Keras.

A kind that is not listed here is refused by name, so no class is ever looked up by a name in a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assignment.foreign.network import Setting
from assignment.foreign.refused import Refused

ACTIVATIONS = ("linear", "relu", "sigmoid", "softmax", "tanh")
DEFAULT_SLOPE = 0.3  # of LeakyReLU, in every version of Keras
DTYPES = ("float32", "float16", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16", "int32", "int64")
MAX_UNITS = 2**20  # of a layer: far more than 12,544, the most that a sheet asks for
MAX_NAME = 200  # characters of a layer's name; a first name has at most 64
MAX_SHOWN = 40  # characters of a value in a message, about half a line

Config = Mapping[str, Any]
# The practices' own layers.
MINIBATCH_DEVIATION = "assignment>MinibatchDeviation"
MINIBATCH_DISCRIMINATION = "assignment>MinibatchDiscrimination"
SPECTRAL_NORMALIZATION = "assignment>SpectralNormalization"
# The number of distances that minibatch discrimination learns, and the size of the vectors that each compares; the
# paper gives no numbers.
MINIBATCH_KERNELS, MINIBATCH_KERNEL_SIZE = 32, 8


def read_settings(kind: str, config: Config) -> dict[str, Setting]:
    """Return the settings of a layer, from its configuration by any Keras since 2.2.

    Raises Refused for a kind that is not listed, or a value that it cannot have.
    """
    if kind not in KINDS:
        raise Refused(f"it has a layer of the kind {shown(kind)}, which no sheet of the course uses")
    try:
        return {"dtype": _dtype(config.get("dtype")), **KINDS[kind](config)}
    except Refused as refused:
        raise Refused(str(refused).replace("a layer", f"a layer of the kind {kind}", 1)) from refused


def weight_names(kind: str, settings: Mapping[str, Setting]) -> tuple[str, ...]:
    """Return the names of a layer's weights, in Keras' order."""
    if kind == "BatchNormalization":
        scaled = [name for name, used in (("gamma", "scale"), ("beta", "center")) if settings[used]]
        return (*scaled, "moving_mean", "moving_variance")
    if kind == "Embedding":
        return ("embeddings",)
    if kind == MINIBATCH_DISCRIMINATION:
        return ("projection",)
    names: tuple[str, ...] = ()
    if "use_bias" in settings:
        names = ("kernel", "bias") if settings["use_bias"] else ("kernel",)
    return (*names, "direction") if kind == SPECTRAL_NORMALIZATION else names


def count_trainable(kind: str, names: tuple[str, ...]) -> int:
    """Return how many of a layer's weights a training changes; they come first."""
    return len(names) - {"BatchNormalization": 2, SPECTRAL_NORMALIZATION: 1}.get(kind, 0)


def shown(value: object) -> str:
    """Return a value from a file as it may appear in a message."""
    text = str(value)
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}...")


def _dense(config: Config) -> dict[str, Setting]:
    return {"units": _whole(config, "units"), **_activation_and_bias(config)}


def _convolution(config: Config) -> dict[str, Setting]:
    return {
        "filters": _whole(config, "filters"),
        "kernel_size": _pair(config, "kernel_size"),
        "strides": _pair(config, "strides", 1),
        "padding": _choice(config, "padding", ("valid", "same"), "valid"),
        **_activation_and_bias(config),
        **_only(config, groups=(None, 1), data_format=(None, "channels_last"), dilation_rate=(None, 1, [1, 1])),
    }


def _transposed_convolution(config: Config) -> dict[str, Setting]:
    return {**_convolution(config), **_only(config, output_padding=(None,))}


def _batch_normalization(config: Config) -> dict[str, Setting]:
    return {
        "momentum": _number(config, "momentum", 0.99),
        "epsilon": _number(config, "epsilon", 1e-3),
        "center": _boolean(config, "center", True),
        "scale": _boolean(config, "scale", True),
        "axis": _axis(config),
    }


def _leaky_relu(config: Config) -> dict[str, Setting]:
    name = "negative_slope" if "negative_slope" in config else "alpha"
    return {"slope": _number(config, name, DEFAULT_SLOPE)}


def _relu(config: Config) -> dict[str, Setting]:
    return _only(config, max_value=(None,), negative_slope=(None, 0), threshold=(None, 0))


def _reshape(config: Config) -> dict[str, Setting]:
    return {"target_shape": _shape(config.get("target_shape"), least=-1)}


def _input(config: Config) -> dict[str, Setting]:
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    if not isinstance(shape, (list, tuple)) or len(shape) < 2:  # the batch, and at least one more
        raise Refused("the shape of its input is missing")
    return {"shape": _shape(shape[1:])}


def _embedding(config: Config) -> dict[str, Setting]:
    return {
        "input_dim": _whole(config, "input_dim"),
        "output_dim": _whole(config, "output_dim"),
        **_only(config, mask_zero=(None, False)),
    }


def _spectral_normalization(config: Config) -> dict[str, Setting]:
    inner = config.get("layer")
    if not isinstance(inner, dict) or inner.get("class_name") not in ("Conv2D", "Dense"):
        raise Refused("it has a spectral normalization of a layer that is neither Conv2D nor Dense")
    kind = inner["class_name"]
    return {"wrapped": kind, **read_settings(kind, inner.get("config") or {})}


def _activation_and_bias(config: Config) -> dict[str, Setting]:
    return {"activation": _activation(config), "use_bias": _boolean(config, "use_bias", True)}


def _activation(config: Config) -> Setting:
    return _choice(config, "activation", ACTIVATIONS, "linear")


def _whole(config: Config, name: str) -> int:
    value = config.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_UNITS:
        raise Refused(f"it has a layer whose {name} is {shown(value)}")
    return value


def _number(config: Config, name: str, default: float) -> float:
    value = config.get(name, default)
    if isinstance(value, dict):  # a NumPy number: {"class_name": ..., "value": 0.3}, or the value in its "config"
        inner = value.get("config")
        value = (inner if isinstance(inner, dict) else value).get("value")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise Refused(f"it has a layer whose {name} is {shown(value)}")
    return float(f"{value:.6g}")  # 0.30000001192092896, the value in float32, is 0.3


def _axis(config: Config) -> int:
    """Return the axis of a layer, counted from the batch, which is 0; -1 for the last one."""
    value = config.get("axis", -1)
    value = value[0] if isinstance(value, list) and len(value) == 1 else value  # of BatchNormalization, before Keras 3
    if isinstance(value, bool) or value not in (-1, 1, 2, 3):
        raise Refused(f"it has a layer whose axis is {shown(value)}")
    return value


def _boolean(config: Config, name: str, default: bool) -> bool:
    value = config.get(name, default)
    if not isinstance(value, bool):
        raise Refused(f"it has a layer whose {name} is {shown(value)}")
    return value


def _choice(config: Config, name: str, choices: tuple[str, ...], default: str) -> str:
    value = config.get(name)
    value = default if value is None else value
    if value not in choices:
        raise Refused(f"it has a layer whose {name} is {shown(value)}")
    return value


def _pair(config: Config, name: str, default: int | None = None) -> tuple[int, int]:
    value = config.get(name, default)
    pair = list(value) if isinstance(value, (list, tuple)) else [value, value]
    first, second = (_whole({name: number}, name) for number in (pair if len(pair) == 2 else [None, None]))
    return first, second


def _shape(value: object, least: int = 1) -> tuple[int | None, ...]:
    def is_length(length: object) -> bool:
        return isinstance(length, int) and not isinstance(length, bool) and least <= length <= MAX_UNITS

    if not isinstance(value, (list, tuple)) or not all(length is None or is_length(length) for length in value):
        raise Refused(f"it has a layer with the shape {shown(value)}")
    return tuple(value)


def _only(config: Config, **allowed: tuple[Any, ...]) -> dict[str, Setting]:
    """Raise Refused for a value that is not allowed; return no settings, since the others change nothing."""
    for name, values in allowed.items():
        if config.get(name) not in values:
            raise Refused(f"it has a layer whose {name} is {shown(config[name])}, which no sheet of the course uses")
    return {}


def _dtype(value: object) -> str:
    if isinstance(value, dict):  # a policy, by Keras 2.4 or 3
        config = value.get("config")
        value = config.get("name") if isinstance(config, dict) else None
    name = "float32" if value is None else value
    if name not in DTYPES:
        raise Refused(f"it has a layer whose dtype is {shown(name)}")
    return str(name)


KINDS: dict[str, Callable[[Config], dict[str, Setting]]] = {
    "Activation": lambda config: {"activation": _activation(config)},
    "Add": lambda config: {},
    "BatchNormalization": _batch_normalization,
    "Concatenate": lambda config: {"axis": _axis(config)},
    "Conv2D": _convolution,
    "Conv2DTranspose": _transposed_convolution,
    "Dense": _dense,
    "Dot": lambda config: _only(config, axes=(1, -1, [1, 1], [-1, -1]), normalize=(None, False)),
    "Dropout": lambda config: {"rate": _number(config, "rate", 0.5)},
    "Embedding": _embedding,
    "Flatten": lambda config: _only(config, data_format=(None, "channels_last")),
    "Identity": lambda config: {},
    "InputLayer": _input,
    "LeakyReLU": _leaky_relu,
    "Multiply": lambda config: {},
    "ReLU": _relu,
    "Reshape": _reshape,
    MINIBATCH_DEVIATION: lambda config: {},
    MINIBATCH_DISCRIMINATION: lambda config: {},
    SPECTRAL_NORMALIZATION: _spectral_normalization,
}
