"""The convolutions against TensorFlow's own operations; test_fast.py compares the layers that use them with Keras'."""

import numpy as np
import pytest
import tensorflow as tf

from assignment.training.convolutions import (
    kernel_gradient,
    native_kernel_gradient,
    native_transposed,
    transposed_to_one_channel,
)


def normal(*shape, dtype="float32", seed=0):
    return tf.cast(np.random.default_rng(seed).standard_normal(shape), dtype)


def assert_close(found, expected, tolerance):
    """The tolerance is relative to the largest value."""
    found, expected = (np.asarray(tf.cast(values, tf.float32)) for values in (found, expected))
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * np.abs(expected).max())


@pytest.mark.parametrize(("kernel", "stride"), [(5, 1), (5, 2), (4, 2), (3, 3), (2, 2), (1, 1)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("bfloat16", 2**-7)])
def test_the_transposed_convolution_to_one_channel_is_that_of_tensorflow(kernel, stride, dtype, tolerance):
    inputs, weights = normal(2, 4, 3, 6, dtype=dtype), normal(kernel, kernel, 1, 6, dtype=dtype, seed=1)
    expected = native_transposed(inputs, weights, stride, (2, 4 * stride, 3 * stride, 1))
    assert_close(transposed_to_one_channel(inputs, weights, stride), expected, tolerance)


@pytest.mark.parametrize(("kernel", "stride", "height"), [(5, 1, 7), (5, 2, 8), (5, 2, 7), (4, 2, 6), (3, 3, 7)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-5), ("bfloat16", 2**-7)])
def test_the_kernel_gradient_is_that_of_tensorflow(kernel, stride, height, dtype, tolerance):
    large = normal(4, height, 6, 3, dtype=dtype)
    small = normal(4, -(-height // stride), -(-6 // stride), 5, dtype=dtype, seed=1)
    weights = normal(kernel, kernel, 3, 5, dtype=dtype)
    expected = native_kernel_gradient(large, small, weights, stride)
    assert_close(kernel_gradient(large, small, weights, stride), expected, tolerance)
