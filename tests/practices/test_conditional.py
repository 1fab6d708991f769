"""Tests of each practice with networks that take labels, and with a discriminator that predicts the class."""

import keras
import numpy as np
import pytest
from keras import layers

from assignment.conditional import networks
from assignment.conditional.compiling import compile_gan
from assignment.practices.choice import usable_practices
from assignment.practices.stack import PracticeStack
from assignment.training.proof import fingerprint, prove_freeze
from assignment.training.steps import compiled_update
from assignment.training.streams import seed_initial_weights


def build_generator():
    noise, label = keras.Input((5,), name="noise"), keras.Input((1,), dtype="int32", name="label")
    embedded = layers.Flatten()(layers.Embedding(10, 3)(label))
    hidden = layers.Dense(7 * 7 * 2)(layers.Concatenate()([noise, embedded]))
    hidden = layers.LeakyReLU()(layers.BatchNormalization()(hidden))
    hidden = layers.Reshape((7, 7, 2))(hidden)
    image = layers.Conv2DTranspose(1, 5, strides=4, padding="same", activation="tanh")(hidden)
    return keras.Model([noise, label], image, name="conditional_generator_model_test")


def build_discriminator():
    image, label = keras.Input((28, 28, 1), name="image"), keras.Input((1,), dtype="int32", name="label")
    plane = layers.Reshape((28, 28, 1))(layers.Embedding(10, 28 * 28)(label))
    features = read_image(layers.Concatenate(name="image_and_label")([image, plane]))
    embedded = layers.Flatten()(layers.Embedding(10, features.shape[-1])(label))
    joined = layers.Concatenate()([features, layers.Multiply()([features, embedded])])
    return keras.Model([image, label], validity(joined), name="conditional_discriminator_model_test")


def build_auxiliary_discriminator():
    image = keras.Input((28, 28, 1), name="image")
    features = read_image(image)
    outputs = [validity(features), layers.Dense(10, activation="softmax", name="class")(features)]
    return keras.Model(image, outputs, name="conditional_discriminator_model_test")


def read_image(image):
    hidden = layers.LeakyReLU()(layers.Conv2D(3, 5, strides=4, padding="same")(image))
    return layers.Flatten()(layers.Dropout(0.3)(hidden))


def validity(features):
    return layers.Dense(1, activation="sigmoid", name="validity")(features)


@pytest.fixture
def labeled_batch(batches):
    """A function that returns (real_images, noise, real_labels, fake_labels) of a batch of `size`."""

    def make(size, number):
        labels = np.random.default_rng([size, number]).integers(0, 10, (2, size, 1)).astype(np.int32)
        return *batches(size, number), *labels

    return make


CASES = [
    pytest.param(build, entry.name, id=f"{outputs} {entry.name}")
    for build, outputs in ((build_discriminator, "validity"), (build_auxiliary_discriminator, "validity+class"))
    for entry in usable_practices("conditional", outputs)
]


@pytest.mark.slow
@pytest.mark.parametrize(("build", "name"), CASES)
def test_practice_trains_conditional_networks(build, name, labeled_batch):
    seed_initial_weights(0, 1)
    practices = PracticeStack((name,), seed=1, batch_size=8)
    gan = practices.compiled(compile_gan(practices.generator(build_generator()), practices.discriminator(build())))
    update = practices.update(compiled_update, gan)
    prove_freeze(gan, update, *labeled_batch(8, 0))
    networks_before = [fingerprint(network) for network in (gan.generator, gan.discriminator)]
    losses = [float(loss) for number in range(2) for loss in update(*labeled_batch(8, number))]
    assert np.isfinite(losses).all()
    networks_after = [fingerprint(network) for network in (gan.generator, gan.discriminator)]
    assert all(after != before for after, before in zip(networks_after, networks_before, strict=True))


@pytest.mark.parametrize("name", [entry.name for entry in usable_practices("conditional", "validity")])
def test_practice_keeps_the_output_of_the_tracks_own_discriminator(name):
    plain = networks.build_discriminator("ana", 1, precision="mixed_bfloat16")
    discriminator = PracticeStack((name,), seed=1, batch_size=8).discriminator(plain)
    output = discriminator([np.zeros((3, 28, 28, 1), np.float32), np.zeros((3, 1), np.int32)], training=True)
    assert output.shape == (3, 1) and output.dtype == "float32"
