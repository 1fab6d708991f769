from types import SimpleNamespace

import keras
import numpy as np
import pytest

from assignment.practices.stack import PracticeStack
from assignment.session.memorization import GENERATED, IMAGES, MemorizationCheck
from assignment.session.track import LabeledImages


@pytest.fixture
def run():
    stack = PracticeStack()
    return SimpleNamespace(
        draw_noise=lambda purpose, count, latent_dim: stack.draw_noise(1, purpose, count=count, latent_dim=latent_dim)
    )


def constant(value, count=1200):
    return LabeledImages(np.full((count, 28, 28, 1), value, np.float32), np.zeros(count, np.uint8))


@pytest.fixture
def bright_gan(make_gan):
    """A GAN whose discriminator's logit is the mean of the pixels, and whose generator draws gray images."""
    gan = make_gan()
    discriminator = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(1, activation="sigmoid")]
    )
    discriminator.layers[-1].set_weights([np.full((784, 1), 1 / 784), np.zeros(1)])
    for weight in gan.generator.trainable_weights:
        weight.assign(np.zeros(weight.shape))
    return gan._replace(discriminator=discriminator)


def test_it_is_the_position_of_unseen_images_between_seen_and_generated_ones(run, bright_gan):
    measured = MemorizationCheck(run, bright_gan, constant(0.8), constant(0.2)).measure()
    assert measured == {"memorization": pytest.approx(0.75, abs=1e-4)}


def test_only_the_first_images_are_used(run, bright_gan):
    seen = constant(0.8)
    seen.images[IMAGES:] = -1
    measured = MemorizationCheck(run, bright_gan, seen, constant(0.2)).measure()
    assert measured["memorization"] == pytest.approx(0.75, abs=1e-4) and GENERATED < IMAGES


def test_nothing_changes(run, make_gan):
    gan = make_gan()
    before = {name: [variable.numpy() for variable in variables] for name, variables in gan.variables().items()}
    MemorizationCheck(run, gan, constant(0.8), constant(0.2)).measure()
    for name, variables in gan.variables().items():
        for variable, earlier in zip(variables, before[name], strict=True):
            np.testing.assert_array_equal(variable.numpy(), earlier)


def test_the_validity_of_an_auxiliary_discriminator_is_read_as_a_probability(run, bright_gan):
    """Its second output is the class, and no probability of being real."""
    image, validity = bright_gan.discriminator.inputs[0], bright_gan.discriminator.outputs[0]
    classes = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(image))
    auxiliary = bright_gan._replace(discriminator=keras.Model(image, [validity, classes]))
    measured = MemorizationCheck(run, auxiliary, constant(0.8), constant(0.2)).measure()
    assert measured == {"memorization": pytest.approx(0.75, abs=1e-4)}
