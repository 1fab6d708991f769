import numpy as np
import pytest

from assignment.fashion.step3_generator import build_generator
from assignment.training.description import layer_table

# kind, output shape, kernel, stride, activation, bias, trainable and other weights, as the sheet has them
SHEET = [
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


@pytest.mark.parametrize("number", range(len(SHEET)))
def test_layer_by_layer(generator, number):
    rows = layer_table(generator)
    assert len(rows) == len(SHEET)
    row = rows[number]
    assert SHEET[number] == (
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


def test_its_name_and_its_totals(generator):
    assert generator.name == "generator_model_ana"
    assert generator.count_params() == 2_330_944
    assert sum(np.prod(weight.shape) for weight in generator.non_trainable_weights) == 25_472


def test_noise_becomes_images_in_range(generator):
    images = generator(np.random.default_rng(0).standard_normal((3, 100), np.float32), training=False).numpy()
    assert images.shape == (3, 28, 28, 1) and images.dtype == np.float32
    assert -1 <= images.min() < images.max() <= 1


def test_the_seed_decides_the_weights(generator):
    again, other = build_generator("ana", seed=1), build_generator("ana", seed=2)
    for weight, same in zip(generator.weights, again.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    assert not np.array_equal(generator.weights[0], other.weights[0])


def test_bfloat16_ends_in_float32():
    generator = build_generator("ana", seed=1, precision="mixed_bfloat16")
    assert generator.layers[0].compute_dtype == "bfloat16"
    assert generator.outputs[0].dtype == "float32" and generator.layers[0].kernel.dtype == "float32"
