"""Layers in words, the same for what a sheet asks and for what a file has."""

from __future__ import annotations

from collections.abc import Mapping

from assignment.foreign.network import Setting

Settings = Mapping[str, Setting]


def layer_words(kind: str, settings: Settings) -> str:
    """Return a layer in words, as in "Conv2D, 64 kernels 5x5, stride 2, same padding, no bias".

    Settings that are not given are left out.
    """
    parts = [kind.rpartition(">")[2]]
    if "units" in settings:
        parts.append(_plural(settings["units"], "neuron"))
    if "filters" in settings:
        parts.append(f"{_plural(settings['filters'], 'kernel')} {_by(settings.get('kernel_size'))}".rstrip())
    elif "kernel_size" in settings:
        parts.append(f"kernels {_by(settings['kernel_size'])}")
    if "strides" in settings:
        parts.append(f"stride {_by(settings['strides'], short=True)}")
    if "padding" in settings:
        parts.append(f"{settings['padding']} padding")
    if "use_bias" in settings:
        parts.append("bias" if settings["use_bias"] else "no bias")
    if settings.get("activation", "linear") != "linear":
        parts.append(str(settings["activation"]))
    if "slope" in settings:
        parts.append(f"slope {settings['slope']}")
    if "rate" in settings:
        parts.append(f"rate {settings['rate']}")
    if "target_shape" in settings:
        parts.append(f"to {shape_words(settings['target_shape'])}")
    if "input_dim" in settings:
        parts.append(f"{settings['input_dim']} classes, {settings['output_dim']} numbers each")
    return ", ".join(parts)


def shape_words(shape: object) -> str:
    """Return a shape in words, as in "(28, 28, 1)" or "100"."""
    if not isinstance(shape, tuple):
        return str(shape)
    return str(shape[0]) if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def _plural(number: Setting, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if isinstance(number, int) else noun


def _by(pair: Setting, short: bool = False) -> str:
    """Return a pair of lengths, as in "5x5"; with `short` one number if they are equal."""
    if not isinstance(pair, tuple):
        return ""
    return str(pair[0]) if short and pair[0] == pair[1] else "x".join(map(str, pair))
