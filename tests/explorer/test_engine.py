"""What the browser computes is what Keras computes: each kind of layer alone, and whole generators."""

import keras
import numpy as np
import pytest
from keras import layers

from assignment.conditional import networks as conditional
from assignment.digits import networks as digits
from assignment.fashion.step3_generator import build_generator
from assignment.lecture import networks as lecture
from assignment.practices.stack import PracticeStack

pytestmark = pytest.mark.slow

PIXEL = 1e-3  # the largest difference of a pixel in -1..1
SIMULATED_GPU = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan")


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def sequential(size, *stack):
    return keras.Sequential([keras.Input(size), *stack]), [normal(3, *size)]


def convolutions():
    for kind in (layers.Conv2D, layers.Conv2DTranspose):
        for padding in ("same", "valid"):
            for size, kernel, strides in ((7, 5, 2), (8, 4, 2), (6, 3, 1), (9, 2, 3), (7, (3, 5), (2, 1))):
                yield sequential((size, size, 2), kind(5, kernel, strides=strides, padding=padding))


def joined(layer, *shapes):
    inputs = [keras.Input(shape) for shape in shapes]
    return keras.Model(inputs, layer(inputs)), [normal(3, *shape) for shape in shapes]


CASES = {
    "convolutions": lambda: list(convolutions()),
    "dense": lambda: [
        sequential((4,), layers.Dense(6, activation="tanh")),
        sequential((3, 4), layers.Dense(5)),
        sequential((4,), layers.Dense(3, activation="softmax")),
        sequential((2, 4), layers.Dense(3, activation="softmax"), layers.Flatten(), layers.Dense(2)),
    ],
    "normalization": lambda: [
        sequential((4,), layers.BatchNormalization(epsilon=0.01)),
        sequential((2, 2, 3), layers.BatchNormalization(scale=False)),
        sequential((4,), layers.Dense(3), layers.BatchNormalization(center=False), layers.LeakyReLU()),
        sequential((4,), layers.Dense(3), layers.BatchNormalization(), layers.BatchNormalization()),
    ],
    "activations": lambda: [
        sequential((6,), layer)
        for layer in (
            layers.LeakyReLU(negative_slope=0.1),
            layers.ReLU(),
            *(layers.Activation(name) for name in ("linear", "relu", "sigmoid", "softmax", "tanh")),
        )
    ],
    "layers that change nothing": lambda: [
        sequential(
            (6,), layers.Reshape((3, 2)), layers.Dropout(0.4), layers.Flatten(), layers.Identity(), layers.Dense(2)
        )
    ],
    "joined": lambda: [
        joined(layers.Add(), (4,), (4,)),
        joined(layers.Add(), (2, 2, 3), (1, 1, 3)),
        joined(layers.Multiply(), (2, 2, 3), (1, 1, 3)),
        joined(layers.Concatenate(), (2, 2, 3), (2, 2, 1)),
        joined(layers.Dot(1), (4,), (4,)),
    ],
    "a network in a network": lambda: [
        sequential((4,), keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.ReLU()]), layers.Dense(2))
    ],
}


@pytest.fixture(params=["javascript", "webgpu"])
def processor(request):
    return request.param


@pytest.fixture
def any_browser(processor, open_browser):
    """A browser for the processor; its GPU is simulated, so that it exists everywhere."""
    with open_browser(*(SIMULATED_GPU if processor == "webgpu" else ["--disable-gpu"])) as chrome:
        yield chrome


def test_each_kind_of_layer_is_that_of_keras(any_browser, processor, compute, randomized):
    cases = [(randomized(model), inputs) for make in CASES.values() for model, inputs in make()]
    found = compute(any_browser, cases, processor)
    for (model, inputs), (outputs,) in zip(cases, found, strict=True):
        expected = np.asarray(model(inputs if len(inputs) > 1 else inputs[0], training=False))
        np.testing.assert_allclose(outputs, expected.reshape(len(outputs), -1), rtol=1e-3, atol=1e-3)


def test_a_label_is_a_share_of_each_class(any_browser, processor, compute, randomized):
    label = keras.Input((1,), dtype="int32")
    model = randomized(keras.Model(label, layers.Flatten()(layers.Embedding(4, 3)(label))))
    table = model.layers[1].get_weights()[0]
    shares = np.array([[0, 0, 1, 0], [0.25, 0, 0, 0.75]])
    ((found,),) = compute(any_browser, [(model, [shares])], processor)
    np.testing.assert_allclose(found, shares @ table, rtol=1e-5)


GENERATORS = {
    "the sheet's": lambda: build_generator("ana"),
    "the exercise's": lambda: digits.build_generator("ana"),
    "the lecture's DCGAN": lambda: lecture.build_dcgan_generator("ana"),
    "the lecture's dense GAN": lambda: lecture.build_dense_generator("ana"),
    "the conditional one": lambda: conditional.build_generator("ana"),
    "the conditional one with normalization by label": lambda: PracticeStack(
        ["conditional-batch-normalization"], seed=1, batch_size=8
    ).generator(conditional.build_generator("ana")),
}


@pytest.mark.parametrize("name", GENERATORS)
def test_the_images_of_each_track_are_those_of_keras(browser, compute, name):
    generator = GENERATORS[name]()
    trained_like(generator)
    noise, labels = normal(10, 100), np.arange(10, dtype=np.int32)[:, np.newaxis]
    is_conditional = len(generator.inputs) > 1
    expected = np.asarray(generator([noise, labels] if is_conditional else noise, training=False))
    ((found,),) = compute(browser, [(generator, [noise, np.eye(10)] if is_conditional else [noise])])
    assert np.abs(expected).max() > 0.5
    np.testing.assert_allclose(found, expected.reshape(10, -1), atol=PIXEL)


def test_100_images_of_the_sheets_generator_are_those_of_keras(any_browser, processor, compute):
    """With a simulated GPU only 10, which take seconds."""
    generator = build_generator("ana")
    trained_like(generator)
    noise = normal(10 if processor == "webgpu" else 100, 100)
    ((found,),) = compute(any_browser, [(generator, [noise])], processor)
    np.testing.assert_allclose(found, np.asarray(generator(noise, training=False)).reshape(len(noise), -1), atol=PIXEL)


def trained_like(generator):
    """Give a network larger weights and the moving averages of its activations: most pixels are black or white."""
    inputs = [normal(64, 100), np.resize(np.arange(10, dtype=np.int32), (64, 1))][: len(generator.inputs)]
    for weight in generator.trainable_weights:
        weight.assign(weight * (2 if weight.ndim > 1 else 1))
    for layer in generator.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0  # the moving averages become those of the next batch
    for _ in range(4):  # a layer each time: they depend on the layers before
        generator(inputs if len(inputs) > 1 else inputs[0], training=True)


def test_an_auxiliary_discriminator_gives_the_validity_and_the_classes_of_keras(any_browser, processor, compute):
    discriminator, images = conditional.build_auxiliary_discriminator("ana"), normal(2, 28, 28, 1)
    ((validity, classes),) = compute(any_browser, [(discriminator, [images])], processor)
    expected_validity, expected_classes = discriminator(images, training=False)
    np.testing.assert_allclose(validity, expected_validity, atol=1e-3)
    np.testing.assert_allclose(classes, expected_classes, atol=1e-3)
