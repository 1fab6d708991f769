import numpy as np
import pytest

from assignment.fashion.step5_discriminator import build_discriminator
from assignment.training.description import layer_table

# kind, output shape, kernel, stride, activation, bias, weights (all trainable), as the sheet has them
SHEET = [
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


@pytest.mark.parametrize("number", range(len(SHEET)))
def test_layer_by_layer(discriminator, number):
    rows = layer_table(discriminator)
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
    )
    assert row.non_trainable == 0
    assert row.padding == ("same" if row.kind == "Conv2D" else None)


def test_its_name_and_its_total(discriminator):
    assert discriminator.name == "discriminator_model_ana"
    assert discriminator.count_params() == 6_629_953


def test_images_become_a_validity_in_range(discriminator):
    validity = discriminator(np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1)), training=False).numpy()
    assert validity.shape == (3, 1) and validity.dtype == np.float32
    assert 0 < validity.min() <= validity.max() < 1


def test_the_seed_decides_the_weights(discriminator):
    again, other = build_discriminator("ana", seed=1), build_discriminator("ana", seed=2)
    for weight, same in zip(discriminator.weights, again.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    assert not np.array_equal(discriminator.weights[0], other.weights[0])
