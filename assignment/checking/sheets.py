"""What each sheet asks of its two networks, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assignment.foreign.network import Setting

NOISE, IMAGE, VALIDITY = (100,), (28, 28, 1), (1,)


@dataclass(frozen=True)
class ExpectedLayer:
    """A layer that a sheet asks for: its kind, and the settings that the sheet gives."""

    kind: str
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True)
class ExpectedNetwork:
    """A network that a sheet asks for.

    name: what its name begins with; the first name follows.
    inputs, outputs: the shapes of an example; () in place of a shape that the sheet leaves open.
    layers: in order, if the sheet gives them all; otherwise ().
    contains: layers that must be somewhere in the network, if the sheet gives only some.
    weights: the number of weights, if the sheet determines it.
    kind: "Sequential" or "Functional" if the sheet asks for it.
    """

    role: str
    name: str
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    layers: tuple[ExpectedLayer, ...] = ()
    contains: tuple[ExpectedLayer, ...] = ()
    weights: int | None = None
    kind: str = ""


@dataclass(frozen=True)
class ExpectedCompilation:
    """How a sheet asks to compile the discriminator."""

    loss: str
    optimizer: str
    settings: Mapping[str, float]


@dataclass(frozen=True)
class Sheet:
    """The requirements of a track's sheet.

    networks: those that it accepts, generators and discriminators.
    compilation: of the discriminator; None if the sheet leaves it open.
    epochs, batch_size: of the training; None if the sheet leaves them open.
    """

    track: str
    networks: tuple[ExpectedNetwork, ...]
    compilation: ExpectedCompilation | None = None
    epochs: int | None = None
    batch_size: int | None = None


def _layer(kind: str, **settings: Setting) -> ExpectedLayer:
    return ExpectedLayer(kind, settings)


def _convolution(kind: str, filters: int, stride: int, **settings: Setting) -> ExpectedLayer:
    return _layer(kind, filters=filters, kernel_size=(5, 5), strides=(stride, stride), padding="same", **settings)


def _generator(layers: tuple[ExpectedLayer, ...], name: str, weights: int) -> ExpectedNetwork:
    return ExpectedNetwork("generator", name, (NOISE,), (IMAGE,), layers, weights=weights, kind="Sequential")


def _discriminator(layers: tuple[ExpectedLayer, ...], name: str, weights: int) -> ExpectedNetwork:
    return ExpectedNetwork("discriminator", name, (IMAGE,), (VALIDITY,), layers, weights=weights, kind="Sequential")


NORMALIZATION = _layer("BatchNormalization")
LEAKY = _layer("LeakyReLU", slope=0.3)  # the sheets give no slope, so it is Keras' default
DENSE_LEAKY = _layer("LeakyReLU", slope=0.2)  # the notebook, section 4
DROPOUT = _layer("Dropout", rate=0.3)  # the notebook, sections 4 and 5
SIGMOID = _layer("Dense", units=1, activation="sigmoid")

# The trousers' generator (the assignment, step 3) is also the DCGAN's (the notebook, section 5).
DCGAN_GENERATOR = (
    _layer("Dense", units=12544, use_bias=False),  # the sheet's 77256 is 7*7*256 without the multiplication signs
    NORMALIZATION,
    LEAKY,
    _layer("Reshape", target_shape=(7, 7, 256)),
    _convolution("Conv2DTranspose", 128, stride=1, use_bias=False),
    NORMALIZATION,
    LEAKY,
    _convolution("Conv2DTranspose", 64, stride=2, use_bias=False),
    NORMALIZATION,
    LEAKY,
    _convolution("Conv2DTranspose", 1, stride=2, use_bias=False, activation="tanh"),
)
FASHION_DISCRIMINATOR = (  # the assignment, step 5
    _convolution("Conv2D", 64, stride=2, use_bias=False),
    LEAKY,
    _convolution("Conv2D", 128, stride=2, use_bias=False),
    LEAKY,
    _layer("Flatten"),
    _layer("Dense", units=1024, use_bias=False),
    LEAKY,
    SIGMOID,
)
DCGAN_DISCRIMINATOR = (  # the notebook, section 5
    _convolution("Conv2D", 64, stride=2),
    LEAKY,
    DROPOUT,
    _convolution("Conv2D", 128, stride=2),
    LEAKY,
    DROPOUT,
    _layer("Flatten"),
    _layer("Dense", units=1),
)
DENSE_GENERATOR = (  # the notebook, section 4
    *(layer for units in (256, 512, 1024) for layer in (_layer("Dense", units=units), DENSE_LEAKY, NORMALIZATION)),
    _layer("Dense", units=784, activation="tanh"),
    _layer("Reshape", target_shape=IMAGE),
)
DENSE_DISCRIMINATOR = (  # the notebook, section 4
    _layer("Flatten"),
    *(layer for units in (512, 256) for layer in (_layer("Dense", units=units), DENSE_LEAKY, DROPOUT)),
    SIGMOID,
)
STRIDE_2 = {"strides": (2, 2)}

SHEETS = {
    sheet.track: sheet
    for sheet in (
        Sheet(
            "fashion",
            (
                _generator(DCGAN_GENERATOR, "generator_model_", 2_330_944),
                _discriminator(FASHION_DISCRIMINATOR, "discriminator_model_", 6_629_953),
            ),
            ExpectedCompilation(
                "binary_crossentropy", "Adam", {"learning_rate": 0.0002, "beta_1": 0.5, "beta_2": 0.999}
            ),
            epochs=300,
            batch_size=128,
        ),
        Sheet(
            "lecture",
            (
                _generator(DCGAN_GENERATOR, "", 2_330_944),
                _discriminator(DCGAN_DISCRIMINATOR, "", 212_865),
                _generator(DENSE_GENERATOR, "", 1_493_520),
                _discriminator(DENSE_DISCRIMINATOR, "", 533_505),
            ),
        ),
        Sheet(
            "digits",
            (
                ExpectedNetwork(
                    "generator",
                    "",
                    ((),),
                    (IMAGE,),
                    contains=(
                        _layer("Dense"),
                        NORMALIZATION,
                        _layer("LeakyReLU"),
                        _layer("Reshape"),
                        ExpectedLayer("Conv2DTranspose", STRIDE_2),
                        _layer("Conv2DTranspose", activation="tanh"),
                    ),
                ),
                ExpectedNetwork(
                    "discriminator",
                    "",
                    (IMAGE,),
                    (VALIDITY,),
                    contains=(
                        ExpectedLayer("Conv2D", STRIDE_2),
                        _layer("LeakyReLU"),
                        _layer("Dropout"),
                        SIGMOID,
                    ),
                ),
            ),
        ),
        # The exercise asks for a functional network with several inputs; the label enters one or both networks.
        Sheet(
            "conditional",
            (
                ExpectedNetwork("generator", "", ((), (1,)), (IMAGE,), kind="Functional"),
                ExpectedNetwork("discriminator", "", (IMAGE, (1,)), (VALIDITY,), kind="Functional"),
                ExpectedNetwork("discriminator", "", (IMAGE,), (VALIDITY, (10,)), kind="Functional"),
            ),
        ),
    )
}
