import keras
import numpy as np
import pytest
from keras import layers

from assignment.practices.layers import (
    KERNELS,
    SIZE,
    MinibatchDeviation,
    MinibatchDiscrimination,
    SpectralNormalization,
)


@pytest.mark.parametrize(
    ("inner", "shape"),
    [
        (layers.Dense(7, activation="relu"), (20,)),
        (layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False), (8, 8, 3)),
    ],
)
def test_the_spectral_norm_of_the_kernel_in_use_is_1(inner, shape):
    wrapped = SpectralNormalization(inner)
    random = np.random.default_rng(0)
    images = random.standard_normal((4, *shape)).astype(np.float32)
    wrapped.build((None, *shape))
    kernel = random.standard_normal(inner.kernel.shape).astype(np.float32)
    inner.set_weights([kernel, *inner.get_weights()[1:]])
    for _ in range(200):
        outputs = wrapped(images, training=True)
    norm = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]
    np.testing.assert_array_equal(inner.kernel, kernel)  # it is itself left alone
    inner.set_weights([kernel / norm, *inner.get_weights()[1:]])
    np.testing.assert_allclose(outputs, inner(images), atol=2e-5)
    assert wrapped.compute_output_shape((None, *shape)) == (None, *outputs.shape[1:])


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_what_goes_through_has_the_layers_own_precision(precision):
    wrapped = SpectralNormalization(layers.Dense(3, dtype=precision))
    images = np.ones((2, 5), np.float32)
    assert wrapped(images).dtype == layers.Dense(3, dtype=precision)(images).dtype
    again = SpectralNormalization.from_config({**wrapped.get_config(), "dtype": "float32"})
    assert again.layer.compute_dtype == "float32" and again(images).dtype == "float32"
    same = SpectralNormalization.from_config(wrapped.get_config())
    assert same.layer.compute_dtype == wrapped.layer.compute_dtype


def test_the_norm_is_followed_only_while_training():
    wrapped = SpectralNormalization(layers.Dense(3))
    images = np.ones((2, 5), np.float32)
    wrapped(images, training=False)
    before = wrapped.direction.numpy()
    wrapped(images, training=False)
    np.testing.assert_array_equal(wrapped.direction, before)
    wrapped(images, training=True)
    assert not np.array_equal(wrapped.direction, before)


def test_the_norms_own_gradient_takes_its_directions_as_they_are():
    """Of left * kernel * right it is left times right (Miyato et al. 2018, section 2.2)."""
    import tensorflow as tf

    wrapped = SpectralNormalization(layers.Dense(3, use_bias=False))
    wrapped.build((None, 5))
    kernel, direction = wrapped.layer.kernel.numpy(), wrapped.direction.numpy()
    with tf.GradientTape() as tape:
        norm = wrapped._followed_norm(training=False)
    left = direction @ kernel.T
    left /= np.linalg.norm(left)
    right = left @ kernel
    right /= np.linalg.norm(right)
    np.testing.assert_allclose(tape.gradient(norm, [wrapped.layer.kernel])[0], left.T @ right, atol=1e-5)


def test_the_gradient_goes_through_the_norm():
    """Scaling a kernel changes nothing, so the gradient has no part along it."""
    import tensorflow as tf

    wrapped = SpectralNormalization(layers.Dense(3, use_bias=False))
    images = np.random.default_rng(0).standard_normal((4, 5)).astype(np.float32)
    for _ in range(100):
        wrapped(images, training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(wrapped(images, training=True))[:, 0])
    kernel = wrapped.layer.kernel
    gradient = tape.gradient(loss, [kernel])[0].numpy()
    assert np.abs(gradient).max() > 1e-2 and abs((gradient * kernel.numpy()).sum()) < 1e-3 * np.abs(gradient).sum()


def test_keras_own_wrapper_moves_the_kernel():
    """Why there is one of our own: in the generator's phase it would move a frozen discriminator."""
    wrapped = layers.SpectralNormalization(layers.Dense(3))
    wrapped.build((None, 5))
    before = wrapped.layer.kernel.numpy()
    wrapped.trainable = False
    wrapped(np.ones((2, 5), np.float32), training=True)
    assert not np.array_equal(wrapped.layer.kernel.numpy(), before)


def test_minibatch_discrimination_counts_the_near_ones():
    layer = MinibatchDiscrimination()
    features = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    outputs = np.asarray(layer(features))
    assert outputs.shape == (5, 4 + KERNELS) == (5, layer.compute_output_shape((None, 4))[-1])
    np.testing.assert_array_equal(outputs[:, :4], features)
    rows = (features @ layer.measures.numpy()).reshape(5, KERNELS, SIZE)
    wanted = [
        sum(np.exp(-np.abs(rows[one] - rows[other]).sum(axis=-1)) for other in range(5) if other != one)
        for one in range(5)
    ]
    np.testing.assert_allclose(outputs[:, 4:], wanted, rtol=1e-4)


def test_minibatch_discrimination_sees_a_collapse():
    same = np.ones((6, 4), np.float32)
    assert np.asarray(MinibatchDiscrimination()(same))[:, 4:].tolist() == [[5.0] * KERNELS] * 6


def test_minibatch_deviation_is_one_number_for_all():
    features = np.array([[1, 5], [3, 5], [5, 5]], np.float32)
    outputs = np.asarray(MinibatchDeviation()(features))
    assert outputs.shape == (3, 3) and outputs[:, 2] == pytest.approx(np.sqrt(8 / 3) / 2, abs=1e-3)
    assert MinibatchDeviation().compute_output_shape((None, 2)) == (None, 3)


@pytest.mark.parametrize("kind", [MinibatchDiscrimination, MinibatchDeviation])
def test_a_network_with_them_is_saved_and_read_back(tmp_path, kind):
    network = keras.Sequential([keras.Input((4,)), SpectralNormalization(layers.Dense(6)), kind(), layers.Dense(1)])
    images = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    network.save(tmp_path / "network.h5")
    again = keras.models.load_model(tmp_path / "network.h5", compile=False)
    np.testing.assert_allclose(again(images), network(images), atol=1e-6)


def test_minibatch_discrimination_sees_what_is_far_in_bfloat16_too():
    layer = MinibatchDiscrimination(dtype="mixed_bfloat16")
    features = np.eye(2, 4, dtype=np.float32)
    layer.build((None, 4))
    rows = np.zeros((4, KERNELS, SIZE), np.float32)
    rows[0, :, 0] = 6.0  # the images are 6 apart by every measure, and exp(-6) is less than bfloat16's step at 1
    layer.measures.assign(rows.reshape(4, -1))
    seen = np.asarray(layer(features))[:, 4:].astype(np.float32)
    np.testing.assert_allclose(seen, np.exp(-6.0), rtol=0.01)
