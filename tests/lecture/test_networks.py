"""The notebook's four networks, layer by layer, with the arithmetic of every number of weights."""

import keras
import numpy as np
import pytest

from assignment.lecture.networks import (
    NOTEBOOK_DISCRIMINATOR_WEIGHTS,
    NOTEBOOK_GENERATOR_WEIGHTS,
    RealSmoothed,
    build_dcgan_discriminator,
    build_dcgan_generator,
    build_dense_discriminator,
    build_dense_generator,
    compile_gan,
)
from assignment.training.description import layer_table

# kind, output shape, stride, bias, trainable and non-trainable weights
DCGAN_GENERATOR = [
    ("Input", (100,), None, None, 0, 0),
    ("Dense", (12544,), None, False, 100 * 12544, 0),
    ("BatchNormalization", (12544,), None, None, 2 * 12544, 2 * 12544),
    ("LeakyReLU", (12544,), None, None, 0, 0),
    ("Reshape", (7, 7, 256), None, None, 0, 0),
    ("Conv2DTranspose", (7, 7, 128), (1, 1), False, 5 * 5 * 256 * 128, 0),
    ("BatchNormalization", (7, 7, 128), None, None, 2 * 128, 2 * 128),
    ("LeakyReLU", (7, 7, 128), None, None, 0, 0),
    ("Conv2DTranspose", (14, 14, 64), (2, 2), False, 5 * 5 * 128 * 64, 0),
    ("BatchNormalization", (14, 14, 64), None, None, 2 * 64, 2 * 64),
    ("LeakyReLU", (14, 14, 64), None, None, 0, 0),
    ("Conv2DTranspose", (28, 28, 1), (2, 2), False, 5 * 5 * 64, 0),
]
DCGAN_DISCRIMINATOR = [
    ("Input", (28, 28, 1), None, None, 0, 0),
    ("Conv2D", (14, 14, 64), (2, 2), True, 5 * 5 * 64 + 64, 0),
    ("LeakyReLU", (14, 14, 64), None, None, 0, 0),
    ("Dropout", (14, 14, 64), None, None, 0, 0),
    ("Conv2D", (7, 7, 128), (2, 2), True, 5 * 5 * 64 * 128 + 128, 0),
    ("LeakyReLU", (7, 7, 128), None, None, 0, 0),
    ("Dropout", (7, 7, 128), None, None, 0, 0),
    ("Flatten", (6272,), None, None, 0, 0),
    ("Dense", (1,), None, True, 6272 + 1, 0),
]
DENSE_GENERATOR = [
    ("Input", (100,), None, None, 0, 0),
    ("Dense", (256,), None, True, 100 * 256 + 256, 0),
    ("LeakyReLU", (256,), None, None, 0, 0),
    ("BatchNormalization", (256,), None, None, 2 * 256, 2 * 256),
    ("Dense", (512,), None, True, 256 * 512 + 512, 0),
    ("LeakyReLU", (512,), None, None, 0, 0),
    ("BatchNormalization", (512,), None, None, 2 * 512, 2 * 512),
    ("Dense", (1024,), None, True, 512 * 1024 + 1024, 0),
    ("LeakyReLU", (1024,), None, None, 0, 0),
    ("BatchNormalization", (1024,), None, None, 2 * 1024, 2 * 1024),
    ("Dense", (784,), None, True, 1024 * 784 + 784, 0),
    ("Reshape", (28, 28, 1), None, None, 0, 0),
]
DENSE_DISCRIMINATOR = [
    ("Input", (28, 28, 1), None, None, 0, 0),
    ("Flatten", (784,), None, None, 0, 0),
    ("Dense", (512,), None, True, 784 * 512 + 512, 0),
    ("LeakyReLU", (512,), None, None, 0, 0),
    ("Dropout", (512,), None, None, 0, 0),
    ("Dense", (256,), None, True, 512 * 256 + 256, 0),
    ("LeakyReLU", (256,), None, None, 0, 0),
    ("Dropout", (256,), None, None, 0, 0),
    ("Dense", (1,), None, True, 256 + 1, 0),
]
NETWORKS = [
    (build_dcgan_generator, DCGAN_GENERATOR, 2_330_944),
    (build_dcgan_discriminator, DCGAN_DISCRIMINATOR, 212_865),
    (build_dense_generator, DENSE_GENERATOR, 1_493_520),
    (build_dense_discriminator, DENSE_DISCRIMINATOR, 533_505),
]


@pytest.mark.parametrize(("build", "layers", "weights"), NETWORKS)
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_every_layer_has_its_shape_and_weights(build, layers, weights, precision):
    model = build("ana", 1, precision)
    assert [
        (row.kind, row.output_shape, row.stride, row.use_bias, row.trainable, row.non_trainable)
        for row in layer_table(model)
    ] == layers
    assert model.count_params() == weights
    assert all(weight.dtype == "float32" for weight in model.weights)


@pytest.mark.parametrize(
    ("build", "slope"), [(build, 0.3) for build, *_ in NETWORKS[:2]] + [(build, 0.2) for build, *_ in NETWORKS[2:]]
)
def test_slopes_and_dropout_rates_are_the_notebooks(build, slope):
    model = build("ana", 1)
    slopes = [layer.negative_slope for layer in model.layers if isinstance(layer, keras.layers.LeakyReLU)]
    assert slopes == pytest.approx([slope] * len(slopes)) and len(slopes) > 1
    assert all(layer.rate == 0.3 for layer in model.layers if isinstance(layer, keras.layers.Dropout))


def test_the_last_activations_are_the_notebooks():
    activations = [build("ana", 1).layers[-1].get_config().get("activation") for build, *_ in NETWORKS]
    assert activations == ["tanh", "linear", None, "sigmoid"]
    assert build_dense_generator("ana", 1).layers[-2].activation is keras.activations.tanh


def test_filters_kernel_and_layers_can_be_changed_as_in_exercise_2():
    changes = {"filters": (8, 16), "kernel": 3, "extra_layers": 2}
    generator = layer_table(build_dcgan_generator("ana", 1, **changes))
    convolutions = [(row.output_shape, row.kernel) for row in generator if row.kind == "Conv2DTranspose"]
    assert convolutions == [
        ((7, 7, 32), (3, 3)),
        ((7, 7, 32), (3, 3)),
        ((7, 7, 16), (3, 3)),
        ((14, 14, 8), (3, 3)),
        ((28, 28, 1), (3, 3)),
    ]
    discriminator = layer_table(build_dcgan_discriminator("ana", 1, **changes))
    convolutions = [(row.output_shape, row.kernel) for row in discriminator if row.kind == "Conv2D"]
    assert convolutions == [((14, 14, 8), (3, 3)), ((7, 7, 16), (3, 3)), ((7, 7, 16), (3, 3)), ((7, 7, 16), (3, 3))]


def test_the_notebooks_numbers_of_weights_are_those_of_its_networks():
    assert build_dcgan_generator("ana", 1).count_params() == NOTEBOOK_GENERATOR_WEIGHTS
    assert build_dcgan_discriminator("ana", 1).count_params() == NOTEBOOK_DISCRIMINATOR_WEIGHTS


@pytest.mark.parametrize(("build", "undecided"), [(build_dcgan_discriminator, 0.0), (build_dense_discriminator, 0.5)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_losses_take_logits_or_probabilities_and_only_the_discriminators_is_smoothed(build, undecided, smoothing):
    gan = compile_gan(build_dcgan_generator("ana", 1), build("ana", 1), smoothing)
    undecided_output = np.full((4, 1), undecided, np.float32)
    for model in (gan.discriminator, gan.combined):
        undecided_loss = float(model.compute_loss(y=np.ones((4, 1)), y_pred=undecided_output))
        assert undecided_loss == pytest.approx(np.log(2), rel=1e-5)
        assert float(model.optimizer.learning_rate) == pytest.approx(1e-4) and model.optimizer.beta_1 == 0.9
    logit = 3.0
    output = np.full((4, 1), logit if undecided == 0 else 1 / (1 + np.exp(-logit)), np.float32)
    plain_loss = np.log1p(np.exp(-logit))
    for model, expected in ((gan.combined, plain_loss), (gan.discriminator, plain_loss + smoothing * logit)):
        assert float(model.compute_loss(y=np.ones((4, 1)), y_pred=output)) == pytest.approx(expected, rel=1e-4)


LOGITS = np.array([[-2.0], [0.0], [3.0]], np.float32)


@pytest.mark.parametrize("from_logits", [True, False])
def test_the_smoothed_target_of_real_images_is_nine_tenths(from_logits):
    probabilities = 1 / (1 + np.exp(-LOGITS))
    loss = RealSmoothed(0.1, from_logits)(np.ones((3, 1)), LOGITS if from_logits else probabilities.astype(np.float32))
    expected = -(0.9 * np.log(probabilities) + 0.1 * np.log(1 - probabilities)).mean()
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_the_target_of_fakes_is_not_smoothed():
    plain = keras.losses.BinaryCrossentropy(from_logits=True)
    assert float(RealSmoothed(0.1, True)(np.zeros((3, 1)), LOGITS)) == float(plain(np.zeros((3, 1)), LOGITS))
