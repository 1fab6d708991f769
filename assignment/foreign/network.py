"""A network as a table: its layers with their settings and weights, and how they are connected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from assignment.foreign.compilation import Compilation
from assignment.storage.reading import Text

Setting = str | int | float | bool | None | tuple[int | None, ...]
WeightT = TypeVar("WeightT")  # where an array is stored, or the array itself


@dataclass(frozen=True)
class Tensor:
    """An output of a layer: the layer's position in its network, and which of its outputs."""

    layer: int
    output: int = 0


@dataclass(frozen=True)
class Layer(Generic[WeightT]):
    """A layer of a network.

    kind: as in "Conv2D"; "Sequential" or "Functional" for a network in the network.
    name: as in the file; says nothing about the kind.
    settings: the arguments that change what the layer computes, the same for every version of Keras.
    inputs: the tensors that it takes.
    weights: in Keras' order, as in kernel, bias.
    trainable: whether it was saved trainable.
    network: the network in the network.
    """

    kind: Text
    name: Text
    settings: dict[str, Setting]
    inputs: tuple[Tensor, ...]
    weights: tuple[WeightT, ...] = ()
    trainable: bool = True
    network: Network[WeightT] | None = None

    def number(self, name: str) -> float:
        """Return a setting that is a number. Raises TypeError if it is none."""
        value = self.settings[name]
        if not isinstance(value, (int, float)):
            raise TypeError(f"{name} is {value!r}")
        return value

    def lengths(self, name: str) -> tuple[int, ...]:
        """Return a setting that is a shape, -1 for an open length. Raises TypeError if it is none."""
        value = self.settings[name]
        if not isinstance(value, tuple):
            raise TypeError(f"{name} is {value!r}")
        return tuple(-1 if length is None else length for length in value)


@dataclass(frozen=True)
class Network(Generic[WeightT]):
    """A network.

    kind: "Sequential" or "Functional"; both begin with a layer of the kind "InputLayer" for each input.
    """

    name: Text
    kind: Text
    layers: tuple[Layer[WeightT], ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def plain_layers(self) -> Iterator[Layer[WeightT]]:
        """Return all layers in order, those of networks in the network included, without the inputs."""
        for layer in self.layers:
            if layer.network is not None:
                yield from layer.network.plain_layers()
            elif layer.kind != "InputLayer":
                yield layer


@dataclass(frozen=True)
class Contents(Generic[WeightT]):
    """What a file contains.

    file_format: in words, as in "HDF5, complete network".
    keras: the version that wrote the file; "" if the file does not say.
    network: None if the file has only weights.
    weights: the arrays of a file with only weights, by layer, in the order of the file: (name, arrays).
    compilation: how the network was compiled; None if the file does not say.
    obstacles: what today's Keras cannot read in the file; () if it can read it, or has only weights.
    facts: the JSON that this program stores in its files; "" in files of others.
    """

    file_format: Text
    keras: Text
    network: Network[WeightT] | None
    weights: tuple[tuple[str, tuple[WeightT, ...]], ...] = ()
    compilation: Compilation | None = None
    obstacles: tuple[Text, ...] = ()
    facts: str = ""
