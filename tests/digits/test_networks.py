"""The MNIST exercise's networks, layer by layer, with the arithmetic of every number of weights."""

import keras
import numpy as np
import pytest

from assignment.digits.networks import build_discriminator, build_generator, compile_gan
from assignment.training.description import layer_table

# kind, output shape, stride, trainable and non-trainable weights
GENERATOR = [
    ("Input", (100,), None, 0, 0),
    ("Dense", (6272,), None, 100 * 6272, 0),
    ("BatchNormalization", (6272,), None, 2 * 6272, 2 * 6272),
    ("LeakyReLU", (6272,), None, 0, 0),
    ("Reshape", (7, 7, 128), None, 0, 0),
    ("Conv2DTranspose", (14, 14, 64), (2, 2), 4 * 4 * 128 * 64, 0),
    ("BatchNormalization", (14, 14, 64), None, 2 * 64, 2 * 64),
    ("LeakyReLU", (14, 14, 64), None, 0, 0),
    ("Conv2DTranspose", (28, 28, 1), (2, 2), 4 * 4 * 64, 0),
]
DISCRIMINATOR = [
    ("Input", (28, 28, 1), None, 0, 0),
    ("Conv2D", (14, 14, 64), (2, 2), 4 * 4 * 64 + 64, 0),
    ("LeakyReLU", (14, 14, 64), None, 0, 0),
    ("Dropout", (14, 14, 64), None, 0, 0),
    ("Conv2D", (7, 7, 128), (2, 2), 4 * 4 * 64 * 128 + 128, 0),
    ("LeakyReLU", (7, 7, 128), None, 0, 0),
    ("Dropout", (7, 7, 128), None, 0, 0),
    ("Flatten", (6272,), None, 0, 0),
    ("Dense", (1,), None, 6272 + 1, 0),
]


@pytest.mark.parametrize(
    ("build", "layers", "weights"),
    [(build_generator, GENERATOR, 784_640), (build_discriminator, DISCRIMINATOR, 138_561)],
)
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_every_layer_has_its_shape_and_weights(build, layers, weights, precision):
    model = build("ana", 1, precision)
    rows = layer_table(model)
    assert [(row.kind, row.output_shape, row.stride, row.trainable, row.non_trainable) for row in rows] == layers
    assert model.count_params() == weights


def test_names_activations_dropout_and_output_are_as_in_the_sheet():
    generator, discriminator = build_generator("ana", 1), build_discriminator("ana", 1)
    assert (generator.name, discriminator.name) == ("digits_generator_model_ana", "digits_discriminator_model_ana")
    assert layer_table(generator)[-1].activation == "tanh" and layer_table(discriminator)[-1].activation == "sigmoid"
    assert [layer.rate for layer in discriminator.layers if isinstance(layer, keras.layers.Dropout)] == [0.3, 0.3]
    images = generator(np.ones((3, 100), np.float32))
    assert images.shape == (3, 28, 28, 1) and np.abs(images).max() <= 1


def test_each_model_has_its_own_adam_and_binary_cross_entropy():
    gan = compile_gan(build_generator("ana", 1), build_discriminator("ana", 1))
    assert gan.combined.optimizer is not gan.discriminator.optimizer
    for model in (gan.discriminator, gan.combined):
        assert type(model.optimizer) is keras.optimizers.Adam
        assert (float(model.optimizer.learning_rate), model.optimizer.beta_1) == (pytest.approx(2e-4), 0.5)
        loss = model.compute_loss(y=np.ones((2, 1)), y_pred=np.full((2, 1), 0.25, np.float32))
        assert float(loss) == pytest.approx(np.log(4), rel=1e-5)
