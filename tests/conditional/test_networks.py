"""The conditional track's three networks, layer by layer, with the arithmetic of every number of weights."""

import numpy as np
import pytest

from assignment.conditional.networks import build_auxiliary_discriminator, build_discriminator, build_generator
from assignment.training.description import layer_table

# name, output shape, trainable and non-trainable weights
GENERATOR = [
    ("noise", (100,), 0, 0),
    ("noise_units", (3136,), 100 * 3136, 0),
    ("noise_planes", (7, 7, 64), 0, 0),
    ("label", (1,), 0, 0),
    ("label_embedding", (1, 3136), 10 * 3136, 0),
    ("label_planes", (7, 7, 64), 0, 0),
    ("noise_and_label", (7, 7, 64), 0, 0),
    ("noise_and_label_norm", (7, 7, 64), 2 * 64, 2 * 64),
    ("noise_and_label_relu", (7, 7, 64), 0, 0),
    ("upsample_14", (14, 14, 64), 4 * 4 * 64 * 64, 0),
    ("upsample_14_norm", (14, 14, 64), 2 * 64, 2 * 64),
    ("upsample_14_relu", (14, 14, 64), 0, 0),
    ("upsample_28", (28, 28, 32), 4 * 4 * 64 * 32, 0),
    ("upsample_28_norm", (28, 28, 32), 2 * 32, 2 * 32),
    ("upsample_28_relu", (28, 28, 32), 0, 0),
    ("image", (28, 28, 1), 3 * 3 * 32 + 1, 0),
]
SHARED_LAYERS = [  # of both discriminators, after the first convolution
    ("downsample_14_leaky", (14, 14, 32), 0, 0),
    ("downsample_14_dropout", (14, 14, 32), 0, 0),
    ("downsample_7", (7, 7, 64), 4 * 4 * 32 * 64 + 64, 0),
    ("downsample_7_leaky", (7, 7, 64), 0, 0),
    ("downsample_7_dropout", (7, 7, 64), 0, 0),
    ("image_flat", (3136,), 0, 0),
    ("features", (128,), 3136 * 128 + 128, 0),
    ("features_leaky", (128,), 0, 0),
]
DISCRIMINATOR = [
    ("image", (28, 28, 1), 0, 0),
    ("label", (1,), 0, 0),
    ("label_embedding", (1, 50), 10 * 50, 0),
    ("label_flat", (50,), 0, 0),
    ("label_units", (784,), 50 * 784 + 784, 0),
    ("label_plane", (28, 28, 1), 0, 0),
    ("image_and_label", (28, 28, 2), 0, 0),
    ("downsample_14", (14, 14, 32), 4 * 4 * 2 * 32 + 32, 0),
    *SHARED_LAYERS,
    ("realism", (1,), 128 + 1, 0),
    ("wanted_features", (1, 128), 10 * 128, 0),
    ("wanted_features_flat", (128,), 0, 0),
    ("agreement", (1,), 0, 0),
    ("realism_and_agreement", (1,), 0, 0),
    ("validity", (1,), 0, 0),
]
AUXILIARY = [
    ("image", (28, 28, 1), 0, 0),
    ("downsample_14", (14, 14, 32), 4 * 4 * 1 * 32 + 32, 0),
    *SHARED_LAYERS,
    ("validity", (1,), 128 + 1, 0),
    ("class", (10,), 128 * 10 + 10, 0),
]


@pytest.mark.parametrize(
    ("build", "layers", "weights"),
    [
        (build_generator, GENERATOR, 444_193),
        (build_discriminator, DISCRIMINATOR, 477_317),
        (build_auxiliary_discriminator, AUXILIARY, 436_331),
    ],
)
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_every_layer_has_its_shape_and_weights(build, layers, weights, precision):
    model = build("ana", 1, precision)
    table = [(row.name, row.output_shape, row.trainable, row.non_trainable) for row in layer_table(model)]
    assert sorted(table) == sorted(layers)
    assert model.count_params() == weights
    assert all(weight.dtype == "float32" for weight in model.weights)


def test_networks_inputs_and_outputs_are_named():
    generator, discriminator = build_generator("ana", 1), build_discriminator("ana", 1)
    auxiliary = build_auxiliary_discriminator("ana", 1)
    assert generator.name == "conditional_generator_model_ana"
    assert discriminator.name == auxiliary.name == "conditional_discriminator_model_ana"
    assert [tensor.name for tensor in generator.inputs] == ["noise", "label"]
    assert [tensor.name for tensor in discriminator.inputs] == ["image", "label"]
    assert [tensor.name for tensor in auxiliary.inputs] == ["image"]
    assert auxiliary.output_names == ["validity", "class"]


@pytest.mark.parametrize("build", [build_discriminator, build_auxiliary_discriminator])
def test_both_discriminators_have_two_dropout_layers(build):
    rates = [layer.rate for layer in build("ana", 1).layers if "dropout" in layer.name]
    assert rates == [0.3, 0.3]


def test_noise_or_image_is_joined_with_the_label():
    rows = {row.name: row for row in layer_table(build_generator("ana", 1))}
    assert rows["noise_and_label"].inputs == ("noise_planes", "label_planes")
    rows = {row.name: row for row in layer_table(build_discriminator("ana", 1))}
    assert rows["image_and_label"].inputs == ("image", "label_plane")
    assert rows["agreement"].inputs == ("features_leaky", "wanted_features_flat")


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_outputs_are_float32_and_in_their_range(precision):
    random = np.random.default_rng(0)
    noise, labels = 5 * random.standard_normal((6, 100), np.float32), random.integers(0, 10, (6, 1)).astype(np.int32)
    images = build_generator("ana", 1, precision)([noise, labels], training=False).numpy()
    assert images.dtype == "float32" and images.shape == (6, 28, 28, 1) and np.abs(images).max() <= 1
    validity = build_discriminator("ana", 1, precision)([images, labels])
    auxiliary_validity, probabilities = build_auxiliary_discriminator("ana", 1, precision)(images)
    for output in (validity, auxiliary_validity):
        assert output.dtype == "float32" and output.shape == (6, 1) and 0 < np.min(output) < np.max(output) < 1
    assert probabilities.dtype == "float32"
    np.testing.assert_allclose(np.sum(probabilities, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("build", [build_generator, build_discriminator, build_auxiliary_discriminator])
def test_the_initial_weights_depend_on_the_seed_only(build):
    first, again, other = build("ana", 1), build("bo", 1), build("ana", 2)
    for weight, same in zip(first.weights, again.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    assert any(
        not np.array_equal(weight, differs) for weight, differs in zip(first.weights, other.weights, strict=True)
    )
