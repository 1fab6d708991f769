import numpy as np
import pytest

from assignment.fashion.step3_generator import build_generator
from assignment.training.description import layer_table

# The sheet's layers: kind, output shape, kernel, stride, activation, bias, trainable and non-trainable weights
LAYERS = [
    ("Input", (100,), None, None, None, None, 0, 0),
    ("Dense", (12_544,), None, None, None, False, 1_254_400, 0),
    ("BatchNormalization", (12_544,), None, None, None, None, 25_088, 25_088),
    ("LeakyReLU", (12_544,), None, None, "slope 0.3 below 0", None, 0, 0),
    ("Reshape", (7, 7, 256), None, None, None, None, 0, 0),
    ("Conv2DTranspose", (7, 7, 128), (5, 5), (1, 1), None, False, 819_200, 0),
    ("BatchNormalization", (7, 7, 128), None, None, None, None, 256, 256),
    ("LeakyReLU", (7, 7, 128), None, None, "slope 0.3 below 0", None, 0, 0),
    ("Conv2DTranspose", (14, 14, 64), (5, 5), (2, 2), None, False, 204_800, 0),
    ("BatchNormalization", (14, 14, 64), None, None, None, None, 128, 128),
    ("LeakyReLU", (14, 14, 64), None, None, "slope 0.3 below 0", None, 0, 0),
    ("Conv2DTranspose", (28, 28, 1), (5, 5), (2, 2), "tanh", False, 1_600, 0),
]


@pytest.fixture(scope="module")
def generator():
    return build_generator("ana", seed=1)


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_every_layer_is_as_in_the_sheet(generator, number):
    rows = layer_table(generator)
    assert len(rows) == len(LAYERS)
    row = rows[number]
    assert LAYERS[number] == (
        row.kind,
        row.output_shape,
        row.kernel,
        row.stride,
        row.activation,
        row.use_bias,
        row.trainable,
        row.non_trainable,
    )
    assert row.padding == ("same" if row.kind == "Conv2DTranspose" else None)
    assert row.neurons == np.prod(row.output_shape)


@pytest.mark.parametrize("firstname", ["ana", "Ана"])
def test_the_name_is_the_sheets(firstname):
    assert build_generator(firstname, seed=1).name == f"generator_model_{firstname}"


def test_the_numbers_of_weights_are_the_sheets(generator):
    assert generator.count_params() == 2_330_944
    assert sum(np.prod(weight.shape) for weight in generator.non_trainable_weights) == 25_472


def test_the_images_are_float32_from_minus_1_to_1(generator):
    images = generator(np.random.default_rng(0).standard_normal((3, 100), np.float32), training=False).numpy()
    assert images.shape == (3, 28, 28, 1) and images.dtype == np.float32
    assert -1 <= images.min() < images.max() <= 1


def test_the_initial_weights_depend_on_the_seed_only(generator):
    again, other = build_generator("bo", seed=1), build_generator("ana", seed=2)
    for weight, same in zip(generator.weights, again.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    assert not np.array_equal(generator.weights[0], other.weights[0])


def test_in_bfloat16_the_weights_and_the_images_are_float32():
    generator = build_generator("ana", seed=1, precision="mixed_bfloat16")
    assert generator.layers[0].compute_dtype == "bfloat16"
    assert generator.outputs[0].dtype == "float32" and generator.layers[0].kernel.dtype == "float32"
