"""Checks of the MNIST exercise's parts: whether a student's function is right, and if not, what is missing.

The exercise gives a skeleton with TODOs (notebooks/3_digits.ipynb). Each check takes the student's function, prints a
line for each requirement, and returns whether all are met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

LATENT_DIM = 100  # the exercise: "e.g., 100-dimensional"
BATCH = 4
TOLERANCE = 1e-3  # of a loss
Requirement = tuple[str, bool]


def check_generator(build: Callable[[], Any]) -> bool:
    """Check a function that builds the generator. Source: the exercise, "Generator Architecture Requirements"."""
    return _report("generator", lambda: _generator(build()))


def check_discriminator(build: Callable[[], Any]) -> bool:
    """Check a function that builds the discriminator. Source: "Discriminator Architecture Requirements"."""
    return _report("discriminator", lambda: _discriminator(build()))


def check_losses(generator_loss: Callable[[Any], Any], discriminator_loss: Callable[[Any, Any], Any]) -> bool:
    """Check both losses. Source: "Example training loop structure".

    generator_loss(fake_output), discriminator_loss(real_output, fake_output): of probabilities (n, 1).
    """
    return _report("losses", lambda: _losses(generator_loss, discriminator_loss))


def check_train_step(
    train_step: Callable[[Any], tuple[Any, Any]], generator: keras.Model, discriminator: keras.Model
) -> bool:
    """Check a training step of both networks, which it changes. Source: "Example training loop structure".

    train_step(real_images): trains both networks on one batch and returns both losses.
    """
    return _report("training step", lambda: _train_step(train_step, generator, discriminator))


def _report(part: str, requirements: Callable[[], Iterable[Requirement]]) -> bool:
    """Print a line for each requirement of a part; return whether all are met."""
    is_complete = True
    try:
        for text, is_met in requirements():
            print(f"  {'yes' if is_met else 'not yet'}: {text}")
            is_complete = is_complete and is_met
    except Exception as error:  # a student's code may raise anything
        first_line = (str(error).strip().splitlines() or [""])[0]
        print(f"  not yet: the {part} cannot be used ({type(error).__name__}: {first_line[:200]})")
        is_complete = False
    print(f"{part.capitalize()}: {'complete' if is_complete else 'not complete yet'}.")
    return is_complete


def _generator(network: Any) -> Iterator[Requirement]:
    yield "the function returns a Keras model", isinstance(network, keras.Model)
    if not isinstance(network, keras.Model):
        return
    yield f"it takes noise of size {LATENT_DIM}", network.input_shape == (None, LATENT_DIM)
    yield "it returns images of 28x28x1 pixels", network.output_shape == (None, 28, 28, 1)
    yield "its last activation is tanh", _last_activation(network) is keras.activations.tanh
    yield "a Dense layer comes first", isinstance(_first(network), keras.layers.Dense)
    strides = [layer.strides for layer in network.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    yield "two Conv2DTranspose layers have strides of 2, from 7x7 to 28x28", strides.count((2, 2)) == 2
    for kind in (keras.layers.BatchNormalization, keras.layers.LeakyReLU, keras.layers.Reshape):
        yield f"it has {kind.__name__}", _has(network, kind)


def _discriminator(network: Any) -> Iterator[Requirement]:
    yield "the function returns a Keras model", isinstance(network, keras.Model)
    if not isinstance(network, keras.Model):
        return
    yield "it takes images of 28x28x1 pixels", network.input_shape == (None, 28, 28, 1)
    yield "it returns one number for each image", network.output_shape == (None, 1)
    yield "its last activation is sigmoid", _last_activation(network) is keras.activations.sigmoid
    strides = [layer.strides for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    yield "two Conv2D layers have strides of 2", strides.count((2, 2)) >= 2
    for kind in (keras.layers.Dropout, keras.layers.LeakyReLU):
        yield f"it has {kind.__name__}", _has(network, kind)
    units = [layer.units for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    yield "the last Dense layer has one unit", units[-1:] == [1]


def _losses(
    generator_loss: Callable[[Any], Any], discriminator_loss: Callable[[Any, Any], Any]
) -> Iterator[Requirement]:
    undecided, sure, wrong = (tf.fill((BATCH, 1), value) for value in (0.5, 0.9, 0.1))
    text = "the generator's loss is -ln 0.9 = 0.105 where the discriminator gives its images 0.9"
    yield text, _is_near(generator_loss(sure), -np.log(0.9))
    yield "and -ln 0.1 = 2.303 where it gives them 0.1", _is_near(generator_loss(wrong), -np.log(0.1))
    right = _number(discriminator_loss(sure, wrong))
    text = "the discriminator's loss is 0.211 where it is right (0.9 for real images, 0.1 for generated ones)"
    yield f"{text}; or half, if it is a mean", _is_near(right, -2 * np.log(0.9)) or _is_near(right, -np.log(0.9))
    yield "and larger where it gives real images 0.1", _number(discriminator_loss(wrong, wrong)) > right + 1
    yield "and larger where it gives generated images 0.9", _number(discriminator_loss(sure, sure)) > right + 1
    guessing = _number(discriminator_loss(undecided, undecided))
    text = "where it guesses, it is 2 ln 2 = 1.386; or ln 2, if it is a mean"
    yield text, _is_near(guessing, 2 * np.log(2)) or _is_near(guessing, np.log(2))


def _train_step(
    train_step: Callable[[Any], tuple[Any, Any]], generator: keras.Model, discriminator: keras.Model
) -> Iterator[Requirement]:
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (BATCH, 28, 28, 1)), tf.float32)
    before = [_values(generator), _values(discriminator)]
    losses = train_step(images)
    has_two = isinstance(losses, (tuple, list)) and len(losses) == 2
    yield "it returns two losses", has_two
    if not has_two:
        return
    yield "both are finite numbers", all(np.isfinite(_number(loss)) for loss in losses)
    for name, network, values in zip(("generator", "discriminator"), (generator, discriminator), before):
        changed = [not np.array_equal(old, new) for old, new in zip(values, _values(network))]
        yield f"it changes every weight of the {name}", all(changed)


def _values(network: keras.Model) -> list[np.ndarray]:
    return [variable.numpy() for variable in network.trainable_variables]


def _number(value: Any) -> float:
    return float(np.asarray(value).mean())


def _is_near(value: Any, expected: float) -> bool:
    return abs(_number(value) - expected) < TOLERANCE


def _first(network: keras.Model) -> keras.Layer:
    return next(layer for layer in network.layers if not isinstance(layer, keras.layers.InputLayer))


def _last_activation(network: keras.Model) -> Any:
    """Return the activation of the last layer, which may be a layer of its own."""
    return getattr(network.layers[-1], "activation", None)


def _has(network: keras.Model, kind: type[keras.Layer]) -> bool:
    return any(isinstance(layer, kind) for layer in network.layers)
