"""Each practice on networks that take a label beside their noise or image, or that name the class."""

import keras
import numpy as np
import pytest
from keras import layers

from assignment.conditional import networks
from assignment.conditional.compiling import compile_gan
from assignment.practices.choice import usable
from assignment.practices.stack import Mixture
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
    read = read_image(image)
    embedded = layers.Flatten()(layers.Embedding(10, read.shape[-1])(label))
    seen = layers.Concatenate()([read, layers.Multiply()([read, embedded])])
    return keras.Model([image, label], validity(seen), name="conditional_discriminator_model_test")


def build_auxiliary_discriminator():
    image = keras.Input((28, 28, 1), name="image")
    read = read_image(image)
    answers = [validity(read), layers.Dense(10, activation="softmax", name="class")(read)]
    return keras.Model(image, answers, name="conditional_discriminator_model_test")


def read_image(image):
    hidden = layers.LeakyReLU()(layers.Conv2D(3, 5, strides=4, padding="same")(image))
    return layers.Flatten()(layers.Dropout(0.3)(hidden))


def validity(read):
    return layers.Dense(1, activation="sigmoid", name="validity")(read)


def batch(size, number):
    random = np.random.default_rng([size, number])
    labels = random.integers(0, 10, (2, size, 1)).astype(np.int32)
    real_images = random.uniform(-1, 1, (size, 28, 28, 1)).astype(np.float32)
    return real_images, random.standard_normal((size, 5), np.float32), *labels


CASES = [
    (build, practice.name)
    for build, outputs in ((build_discriminator, "validity"), (build_auxiliary_discriminator, "validity+class"))
    for practice in usable("conditional", outputs)
]


@pytest.mark.parametrize(("build", "name"), CASES)
def test_a_practice_trains_networks_that_know_labels(build, name):
    seed_initial_weights(0, 1)
    mixture = Mixture((name,), seed=1, batch_size=8)
    gan = mixture.compiled(compile_gan(mixture.generator(build_generator()), mixture.discriminator(build())))
    update = mixture.update(compiled_update, gan)
    prove_freeze(gan, update, *batch(8, 0))
    before = [fingerprint(model) for model in gan.models[:2]]
    losses = [float(loss) for number in range(2) for loss in update(*batch(8, number))]
    assert np.isfinite(losses).all()
    assert all(fingerprint(model) != earlier for model, earlier in zip(gan.models, before))


@pytest.mark.parametrize("name", [practice.name for practice in usable("conditional", "validity")])
def test_a_practice_leaves_the_tracks_own_discriminator_a_discriminator(name):
    plain = networks.build_discriminator("ana", 1, precision="mixed_bfloat16")
    discriminator = Mixture((name,), seed=1, batch_size=8).discriminator(plain)
    answer = discriminator([np.zeros((3, 28, 28, 1), np.float32), np.zeros((3, 1), np.int32)], training=True)
    assert answer.shape == (3, 1) and answer.dtype == "float32"
