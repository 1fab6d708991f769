"""Fast operations against Keras' own layers and optimizer, which are the references."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from assignment.fashion.step6_compile import compile_gan
from assignment.practices.stack import PracticeStack
from assignment.training import fast
from assignment.training.fast import fast_operations
from assignment.training.layers import SpectralNormalization
from assignment.training.steps import build_optimizers, compiled_update, discriminator_update, taped_update


def normal(*shape, seed=0, scale=1.0):
    return (np.random.default_rng(seed).standard_normal(shape) * scale).astype(np.float32)


def pair(keras_layer, fast_class, inputs):
    """Return two layers with the same settings and weights: Keras' and the fast one."""
    plain = keras_layer
    plain.build(inputs.shape)
    quick = fast_class.from_config(plain.get_config())
    quick.build(inputs.shape)
    quick.set_weights(plain.get_weights())
    return plain, quick


def results(layer, inputs, **options):
    """Return the outputs and the gradients with respect to the inputs and the trainable weights."""
    inputs = tf.convert_to_tensor(inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, **options)
        weighted = tf.cast(outputs, tf.float32) * normal(*outputs.shape, seed=7)
        loss = tf.reduce_sum(weighted)
    weights = [weight.value for weight in layer.trainable_weights]
    gradients = tape.gradient(loss, [inputs, *weights])
    return [np.asarray(tf.cast(value, tf.float32)) for value in (outputs, *gradients)]


def assert_close(found, expected, tolerance):
    """Compare arrays; the tolerance is relative to the largest value of each."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * max(np.abs(other).max(), 1e-3))


@pytest.fixture
def optimizers():
    """A function that returns Keras' Adam and the fast one with the same settings, each with two variables."""

    def make(**settings):
        made = []
        for optimizer_class in (keras.optimizers.Adam, fast.Adam):
            optimizer = optimizer_class(2e-4, beta_1=0.5, **settings)
            weights = [keras.Variable(normal(50, 7), name="kernel"), keras.Variable(normal(7, seed=1), name="bias")]
            optimizer.build(weights)
            made.append((optimizer, weights))
        return made

    return make


@pytest.mark.parametrize(
    "settings",
    [{}, {"use_ema": True}, {"amsgrad": True}, {"clipnorm": 0.1}, {"weight_decay": 0.01}],
    ids=lambda settings: "".join(settings) or "plain",
)
def test_fifty_steps_of_adam_are_those_of_keras(optimizers, settings):
    (plain, weights), (quick, fast_weights) = optimizers(**settings)
    for step in range(50):
        scale = 10.0 ** (step % 7 - 5)  # from gradients below epsilon to large ones
        gradients = [normal(50, 7, seed=step, scale=scale), normal(7, seed=100 + step, scale=scale)]
        for optimizer, variables in ((plain, weights), (quick, fast_weights)):
            optimizer.apply([tf.constant(gradient) for gradient in gradients], variables)
    assert [variable.name for variable in quick.variables] == [variable.name for variable in plain.variables]
    assert np.abs(weights[0].numpy() - normal(50, 7)).max() > 1e-3, "the weights were changed"
    for found, expected in zip((*fast_weights, *quick.variables), (*weights, *plain.variables), strict=True):
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=2e-5, atol=5e-7)


def test_adam_takes_sparse_gradients_as_keras_does(optimizers):
    (plain, weights), (quick, fast_weights) = optimizers()
    rows = tf.IndexedSlices(tf.ones((2, 7)), tf.constant([3, 5]), tf.constant([50, 7]))
    for optimizer, variables in ((plain, weights), (quick, fast_weights)):
        optimizer.apply([rows, tf.ones(7)], variables)
    np.testing.assert_allclose(fast_weights[0].numpy(), weights[0].numpy(), rtol=1e-6)


def test_a_rate_of_0_changes_no_weight(optimizers):
    _, (quick, weights) = optimizers()
    quick.learning_rate = 0.0
    quick.apply([tf.ones((50, 7)), tf.ones(7)], weights)
    np.testing.assert_array_equal(weights[0].numpy(), normal(50, 7))


@pytest.mark.parametrize("shape", [(8, 5), (1, 5), (4, 3, 3, 5), (3, 2, 2, 1)])
def test_batch_normalization_is_that_of_keras(shape):
    inputs = normal(*shape, scale=3) + 1
    plain, quick = pair(layers.BatchNormalization(momentum=0.9), fast.BatchNormalization, inputs)
    scale, shift = normal(shape[-1], seed=3), normal(shape[-1], seed=4)
    for layer in (plain, quick):
        layer.set_weights([scale, shift, *layer.get_weights()[2:]])
    assert_close(results(quick, inputs, training=True), results(plain, inputs, training=True), 1e-5)
    assert_close(quick.get_weights(), plain.get_weights(), 1e-6)


@pytest.mark.parametrize("shape", [(64, 5), (16, 4, 4, 5)])
def test_batch_normalization_computes_mean_and_variance_in_float32(shape):
    inputs = tf.cast(normal(*shape) + 30, tf.bfloat16)  # bfloat16 rounds 30 to 0.1
    plain, quick = pair(layers.BatchNormalization(dtype="mixed_bfloat16"), fast.BatchNormalization, inputs)
    found, expected = results(quick, inputs, training=True), results(plain, inputs, training=True)
    assert quick(inputs, training=True).dtype == tf.bfloat16
    assert_close(found, expected, 2**-6)  # bfloat16 has 8 digits
    exact = np.asarray(tf.cast(inputs, tf.float32)).reshape(-1, shape[-1])
    quick.set_weights(plain.get_weights()[:2] + [np.zeros(shape[-1]), np.zeros(shape[-1])])
    quick(inputs, training=True)
    assert_close(quick.get_weights()[2:], [0.01 * exact.mean(0), 0.01 * exact.var(0)], 1e-4)


@pytest.mark.parametrize(
    "settings",
    [{"axis": 1}, {"scale": False}, {"center": False}, {"dtype": "float64"}],
    ids=lambda settings: "".join(settings),
)
def test_other_batch_normalizations_are_left_to_keras(settings):
    inputs = normal(4, 3, 3, 5).astype(settings.get("dtype", "float32"))
    plain, quick = pair(layers.BatchNormalization(**settings), fast.BatchNormalization, inputs)
    assert_close(results(quick, inputs, training=True), results(plain, inputs, training=True), 0)


def test_a_masked_batch_normalization_is_left_to_keras():
    inputs, mask = normal(6, 4, 5), np.arange(24).reshape(6, 4) % 3 > 0
    plain, quick = pair(layers.BatchNormalization(), fast.BatchNormalization, inputs)
    options = {"training": True, "mask": tf.constant(mask)}
    assert_close(results(quick, inputs, **options), results(plain, inputs, **options), 0)


@pytest.mark.parametrize(("training", "trainable"), [(False, True), (True, False)])
def test_a_frozen_batch_normalization_uses_its_averages(training, trainable):
    inputs = normal(8, 5)
    plain, quick = pair(layers.BatchNormalization(trainable=trainable), fast.BatchNormalization, inputs)
    before = quick.get_weights()
    np.testing.assert_array_equal(quick(inputs, training=training), plain(inputs, training=training))
    assert_close(quick.get_weights(), before, 0)


# Kernel, stride, height and width; the stride divides not all of them.
SHAPES = [
    (5, 1, 6, 4),
    (5, 2, 6, 6),
    (4, 2, 6, 2),
    (3, 1, 5, 5),
    (3, 3, 6, 6),
    (2, 2, 4, 4),
    (5, 2, 7, 6),
    (3, 3, 7, 8),
]
PRECISIONS = [("float32", 1e-5), ("mixed_bfloat16", 2**-6)]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("kernel", "stride", "height", "width"), SHAPES)
@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS)
def test_a_convolution_is_that_of_keras(dtype, tolerance, kernel, stride, height, width, channels):
    inputs = tf.cast(normal(4, height, width, channels), "bfloat16" if "bf" in dtype else "float32")
    layer = layers.Conv2D(6, kernel, stride, padding="same", activation="tanh", dtype=dtype)
    plain, quick = pair(layer, fast.Conv2D, inputs)
    assert_close(results(quick, inputs), results(plain, inputs), tolerance)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("kernel", "stride", "height", "width"), SHAPES)
@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS)
def test_a_transposed_convolution_is_that_of_keras(dtype, tolerance, kernel, stride, height, width, channels):
    inputs = tf.cast(normal(4, height, width, 6), "bfloat16" if "bf" in dtype else "float32")
    # In bfloat16 the gradient of a bias is a sum of rounded numbers, which differs with their order.
    options = {"activation": "tanh", "use_bias": dtype == "float32", "dtype": dtype}
    layer = layers.Conv2DTranspose(channels, kernel, stride, padding="same", **options)
    plain, quick = pair(layer, fast.Conv2DTranspose, inputs)
    assert_close(results(quick, inputs), results(plain, inputs), tolerance)


@pytest.mark.parametrize(
    ("keras_class", "fast_class"), [(layers.Conv2D, fast.Conv2D), (layers.Conv2DTranspose, fast.Conv2DTranspose)]
)
@pytest.mark.parametrize(
    "settings",
    [{"padding": "valid"}, {"dilation_rate": 2}, {"kernel_size": (3, 2)}, {"kernel_size": 1, "strides": 2}],
    ids=lambda settings: "".join(settings),
)
def test_other_convolutions_are_left_to_keras(keras_class, fast_class, settings):
    inputs = normal(2, 6, 6, 3)
    layer = keras_class(4, **{"kernel_size": 3, "padding": "same", **settings})
    plain, quick = pair(layer, fast_class, inputs)
    assert_close(results(quick, inputs), results(plain, inputs), 0)


def test_a_convolution_in_groups_is_left_to_keras():
    inputs = normal(2, 6, 6, 4)
    plain, quick = pair(layers.Conv2D(4, 3, padding="same", groups=2), fast.Conv2D, inputs)
    assert_close(results(quick, inputs), results(plain, inputs), 0)


def test_a_convolution_of_images_of_unknown_size_has_the_gradient_of_keras():
    inputs = tf.cast(normal(2, 6, 6, 3), "bfloat16")
    plain, quick = pair(layers.Conv2D(4, 3, padding="same", dtype="mixed_bfloat16"), fast.Conv2D, inputs)
    signature = [tf.TensorSpec((None, None, None, 3), "bfloat16")]

    def kernel_gradient(layer):
        @tf.function(input_signature=signature)
        def compute(images):
            with tf.GradientTape() as tape:
                output = tf.reduce_sum(tf.cast(layer(images), tf.float32) ** 2)
            return tape.gradient(output, layer.kernel.value)

        return [compute(inputs).numpy()]

    assert_close(kernel_gradient(quick), kernel_gradient(plain), 2**-6)


@pytest.mark.parametrize(("dtype", "tolerance"), PRECISIONS)
@pytest.mark.parametrize("wrt", ["inputs", "kernel"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("keras_class", "fast_class"), [(layers.Conv2D, fast.Conv2D), (layers.Conv2DTranspose, fast.Conv2DTranspose)]
)
def test_second_derivatives_are_those_of_keras(keras_class, fast_class, channels, wrt, dtype, tolerance):
    """`wasserstein` and `unrolled` differentiate gradients: those of the images, and those of the weights."""
    is_transposed = keras_class is layers.Conv2DTranspose
    inputs = tf.cast(normal(2, 6, 6, 4 if is_transposed else channels), dtype.removeprefix("mixed_"))
    layer = keras_class(channels if is_transposed else 4, 5, 2, padding="same", activation="tanh", dtype=dtype)
    plain, quick = pair(layer, fast_class, inputs)

    def second_derivatives(layer):
        @tf.function
        def compute(inputs):
            kernel = layer.kernel.value
            with tf.GradientTape() as outer:
                outer.watch([inputs, kernel])
                with tf.GradientTape() as inner:
                    inner.watch([inputs, kernel])
                    output = tf.reduce_sum(tf.cast(layer(inputs), tf.float32) ** 2)
                gradient = inner.gradient(output, inputs if wrt == "inputs" else kernel)
                size = tf.reduce_sum(tf.cast(gradient, tf.float32) ** 2)
            return [tf.cast(value, tf.float32) for value in outer.gradient(size, [inputs, kernel])]

        return [value.numpy() for value in compute(inputs)]

    # Every bfloat16 number on the way is rounded to 8 digits, so the sums of four products are rounded more.
    assert_close(second_derivatives(quick), second_derivatives(plain), tolerance * 4)


def test_second_derivatives_through_batch_normalization_are_those_of_keras():
    inputs = tf.constant(normal(6, 3, 3, 2))
    plain, quick = pair(layers.BatchNormalization(), fast.BatchNormalization, inputs)

    def second_derivatives(layer):
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                output = tf.reduce_sum(layer(inputs, training=True) ** 3)
            size = tf.reduce_sum(inner.gradient(output, inputs) ** 2)
        return outer.gradient(size, [inputs, layer.gamma.value])

    assert_close(second_derivatives(quick), second_derivatives(plain), 1e-4)


@pytest.mark.parametrize("name", ["unrolled", "wasserstein"])
def test_a_practice_that_differentiates_gradients_trains_in_bfloat16(make_gan, batches, name):
    practices = PracticeStack([name], seed=1, batch_size=8)
    plain = make_gan("mixed_bfloat16")
    gan = practices.compiled(
        compile_gan(practices.generator(plain.generator), practices.discriminator(plain.discriminator))
    )
    losses = practices.update(compiled_update, gan)(*batches(8))
    assert all(np.isfinite(float(loss)) for loss in losses)


def test_only_within_the_block_the_layers_and_optimizers_are_fast(make_gan):
    gan = make_gan()
    inner = layers.Conv2D(2, 3, padding="same")
    wrapped = keras.Sequential([keras.Input((4, 4, 1)), SpectralNormalization(inner)])
    before = [type(layer) for layer in gan.generator.layers]
    with pytest.raises(ZeroDivisionError), fast_operations(*gan.models, wrapped):
        assert type(gan.discriminator.optimizer) is type(gan.combined.optimizer) is fast.Adam
        assert type(inner) is fast.Conv2D
        assert {fast.BatchNormalization, fast.Conv2DTranspose} <= {type(layer) for layer in gan.generator.layers}
        raise ZeroDivisionError
    assert [type(layer) for layer in gan.generator.layers] == before and type(inner) is layers.Conv2D
    assert type(gan.combined.optimizer) is keras.optimizers.Adam


def operations(update, batch):
    """Return the kinds of operations of a traced update."""
    tf_function = update.get_concrete_function(*(tf.constant(array) for array in batch))
    return {operation.type for operation in tf_function.graph.get_operations()}


@pytest.mark.parametrize("rule", [compiled_update, taped_update])
def test_an_update_computes_with_the_fast_operations_unless_it_is_asked_not_to(make_gan, batches, rule):
    fast_ones = {"ResourceApplyAdam", "FusedBatchNormV3"}
    assert fast_ones <= operations(rule(make_gan()), batches(4))
    assert not fast_ones & operations(rule(make_gan(), fast=False), batches(4))


def test_an_update_of_the_discriminator_alone_is_fast_as_well(make_gan, batches):
    gan = make_gan()
    build_optimizers(gan)
    assert {"ResourceApplyAdam", "FusedBatchNormV3"} <= operations(discriminator_update(gan), batches(4))


def test_the_first_update_has_the_losses_and_weights_of_keras_operations(make_gan, batches):
    losses, weights = [], []
    for is_fast in (True, False):
        gan = make_gan()
        losses.append([float(loss) for loss in compiled_update(gan, fast=is_fast)(*batches(8))])
        weights.append([weight.numpy() for model in (gan.generator, gan.discriminator) for weight in model.weights])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    for found, expected in zip(*weights, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)  # a hundredth of the learning rate
