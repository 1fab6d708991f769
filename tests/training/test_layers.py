import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from assignment.training.layers import (
    KERNEL_SIZE,
    KERNELS,
    MinibatchDeviation,
    MinibatchDiscrimination,
    SpectralNormalization,
)


def random_features(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize(
    ("inner", "shape"),
    [
        (layers.Dense(7, activation="relu"), (20,)),
        (layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False), (8, 8, 3)),
    ],
)
def test_kernel_is_used_divided_by_its_spectral_norm(inner, shape):
    wrapped = SpectralNormalization(inner)
    random = np.random.default_rng(0)
    images = random.standard_normal((4, *shape)).astype(np.float32)
    wrapped.build((None, *shape))
    kernel = random.standard_normal(inner.kernel.shape).astype(np.float32)
    inner.set_weights([kernel, *inner.get_weights()[1:]])
    for _ in range(200):
        outputs = wrapped(images, training=True)
    norm = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]
    np.testing.assert_array_equal(inner.kernel, kernel, err_msg="the stored kernel does not change")
    inner.set_weights([kernel / norm, *inner.get_weights()[1:]])
    np.testing.assert_allclose(outputs, inner(images), atol=2e-5)
    assert wrapped.compute_output_shape((None, *shape)) == (None, *outputs.shape[1:])


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_outputs_have_the_precision_of_the_wrapped_layer(precision):
    wrapped = SpectralNormalization(layers.Dense(3, dtype=precision))
    images = np.ones((2, 5), np.float32)
    assert wrapped(images).dtype == layers.Dense(3, dtype=precision)(images).dtype
    in_float32 = SpectralNormalization.from_config({**wrapped.get_config(), "dtype": "float32"})
    assert in_float32.layer.compute_dtype == "float32" and in_float32(images).dtype == "float32"
    copy = SpectralNormalization.from_config(wrapped.get_config())
    assert copy.layer.compute_dtype == wrapped.layer.compute_dtype


def test_norm_estimate_changes_only_in_training_mode():
    wrapped = SpectralNormalization(layers.Dense(3))
    images = np.ones((2, 5), np.float32)
    wrapped(images, training=False)
    before = wrapped.direction.numpy()
    wrapped(images, training=False)
    np.testing.assert_array_equal(wrapped.direction, before)
    wrapped(images, training=True)
    assert not np.array_equal(wrapped.direction, before)


def test_gradient_of_the_norm_treats_the_singular_vectors_as_constants():
    """The gradient of left * kernel * right is left times right (Miyato et al. 2018, section 2.2)."""
    wrapped = SpectralNormalization(layers.Dense(3, use_bias=False))
    wrapped.build((None, 5))
    kernel, direction = wrapped.layer.kernel.numpy(), wrapped.direction.numpy()
    with tf.GradientTape() as tape:
        norm = wrapped._spectral_norm(training=False)
    left = direction @ kernel.T
    left /= np.linalg.norm(left)
    right = left @ kernel
    right /= np.linalg.norm(right)
    np.testing.assert_allclose(tape.gradient(norm, [wrapped.layer.kernel])[0], left.T @ right, atol=1e-5)


def test_gradient_flows_through_the_norm():
    """Scaling the kernel does not change the outputs, so the gradient is orthogonal to the kernel."""
    wrapped = SpectralNormalization(layers.Dense(3, use_bias=False))
    images = random_features(4, 5)
    for _ in range(100):
        wrapped(images, training=True)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(wrapped(images, training=True))[:, 0])
    kernel = wrapped.layer.kernel
    gradient = tape.gradient(loss, [kernel])[0].numpy()
    assert np.abs(gradient).max() > 1e-2 and abs((gradient * kernel.numpy()).sum()) < 1e-3 * np.abs(gradient).sum()


def test_keras_own_wrapper_changes_the_kernel_of_a_frozen_layer():
    """The reason for our own layer: in the generator's phase Keras' wrapper would change a frozen discriminator."""
    wrapped = layers.SpectralNormalization(layers.Dense(3))
    wrapped.build((None, 5))
    before = wrapped.layer.kernel.numpy()
    wrapped.trainable = False
    wrapped(np.ones((2, 5), np.float32), training=True)
    assert not np.array_equal(wrapped.layer.kernel.numpy(), before)


def test_minibatch_discrimination_appends_the_closeness_to_the_other_images():
    layer = MinibatchDiscrimination()
    features = random_features(5, 4)
    outputs = np.asarray(layer(features))
    assert outputs.shape == (5, 4 + KERNELS) == (5, layer.compute_output_shape((None, 4))[-1])
    np.testing.assert_array_equal(outputs[:, :4], features)
    rows = (features @ layer.projection.numpy()).reshape(5, KERNELS, KERNEL_SIZE)
    expected = [sum(np.exp(-np.abs(rows[i] - rows[j]).sum(axis=-1)) for j in range(5) if j != i) for i in range(5)]
    np.testing.assert_allclose(outputs[:, 4:], expected, rtol=1e-4)


def test_minibatch_discrimination_is_largest_for_identical_images():
    identical = np.ones((6, 4), np.float32)
    assert np.asarray(MinibatchDiscrimination()(identical))[:, 4:].tolist() == [[5.0] * KERNELS] * 6


def test_minibatch_discrimination_sees_distant_images_in_bfloat16():
    layer = MinibatchDiscrimination(dtype="mixed_bfloat16")
    features = np.eye(2, 4, dtype=np.float32)
    layer.build((None, 4))
    projection = np.zeros((4, KERNELS, KERNEL_SIZE), np.float32)
    projection[0, :, 0] = 6.0  # every distance is 6, and exp(-6) is below the spacing of bfloat16 numbers at 1
    layer.projection.assign(projection.reshape(4, -1))
    closeness = np.asarray(layer(features))[:, 4:].astype(np.float32)
    np.testing.assert_allclose(closeness, np.exp(-6.0), rtol=0.01)


def test_minibatch_deviation_appends_the_same_number_to_all_images():
    features = np.array([[1, 5], [3, 5], [5, 5]], np.float32)
    outputs = np.asarray(MinibatchDeviation()(features))
    assert outputs.shape == (3, 3) and outputs[:, 2] == pytest.approx(np.sqrt(8 / 3) / 2, abs=1e-3)
    assert MinibatchDeviation().compute_output_shape((None, 2)) == (None, 3)


@pytest.mark.parametrize("layer_class", [MinibatchDiscrimination, MinibatchDeviation])
def test_network_with_these_layers_can_be_saved_and_loaded(tmp_path, layer_class):
    network = keras.Sequential(
        [keras.Input((4,)), SpectralNormalization(layers.Dense(6)), layer_class(), layers.Dense(1)]
    )
    features = random_features(5, 4)
    network.save(tmp_path / "network.h5")
    loaded = keras.models.load_model(tmp_path / "network.h5", compile=False)
    np.testing.assert_allclose(loaded(features), network(features), atol=1e-6)
