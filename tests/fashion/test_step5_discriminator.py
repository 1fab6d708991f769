import numpy as np
import pytest

from assignment.fashion.step5_discriminator import build_discriminator
from assignment.training.description import layer_table

# The sheet's layers: kind, output shape, kernel, stride, activation, bias, weights, which are all trainable
LAYERS = [
    ("Input", (28, 28, 1), None, None, None, None, 0),
    ("Conv2D", (14, 14, 64), (5, 5), (2, 2), None, False, 1_600),
    ("LeakyReLU", (14, 14, 64), None, None, "slope 0.3 below 0", None, 0),
    ("Conv2D", (7, 7, 128), (5, 5), (2, 2), None, False, 204_800),
    ("LeakyReLU", (7, 7, 128), None, None, "slope 0.3 below 0", None, 0),
    ("Flatten", (6_272,), None, None, None, None, 0),
    ("Dense", (1_024,), None, None, None, False, 6_422_528),
    ("LeakyReLU", (1_024,), None, None, "slope 0.3 below 0", None, 0),
    ("Dense", (1,), None, None, "sigmoid", True, 1_025),
]


@pytest.fixture(scope="module")
def discriminator():
    return build_discriminator("ana", seed=1)


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_every_layer_is_as_in_the_sheet(discriminator, number):
    rows = layer_table(discriminator)
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
    )
    assert row.non_trainable == 0
    assert row.padding == ("same" if row.kind == "Conv2D" else None)


@pytest.mark.parametrize("firstname", ["ana", "Ана"])
def test_the_name_is_the_sheets(firstname):
    assert build_discriminator(firstname, seed=1).name == f"discriminator_model_{firstname}"


def test_the_number_of_weights_is_the_sheets(discriminator):
    assert discriminator.count_params() == 6_629_953


def test_the_output_is_a_float32_probability(discriminator):
    validity = discriminator(np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1)), training=False).numpy()
    assert validity.shape == (3, 1) and validity.dtype == np.float32
    assert 0 < validity.min() <= validity.max() < 1


def test_the_initial_weights_depend_on_the_seed_only(discriminator):
    again, other = build_discriminator("bo", seed=1), build_discriminator("ana", seed=2)
    for weight, same in zip(discriminator.weights, again.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    assert not np.array_equal(discriminator.weights[0], other.weights[0])
