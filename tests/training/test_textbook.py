"""Tests of the reference update, and of what the recipe of the classic tutorials does with the installed Keras."""

import warnings

import keras
import numpy as np
import pytest

from assignment.fashion.step6_compile import LOSS
from assignment.training.freezing import unfrozen
from assignment.training.textbook import textbook_update


def changes_weights(model, action) -> bool:
    """Return whether `action` changes the model's trainable weights."""
    with unfrozen(model):
        weights = list(model.trainable_weights)
    before = [weight.numpy() for weight in weights]
    action()
    return any(not np.array_equal(weight, earlier) for weight, earlier in zip(weights, before, strict=True))


@pytest.fixture
def networks(make_gan):
    """A generator and a compiled discriminator."""
    gan = make_gan()
    gan.discriminator.compile(loss=LOSS, optimizer=keras.optimizers.Adam(2e-4, 0.5))
    return gan.generator, gan.discriminator


def train_discriminator(discriminator, real_images):
    with warnings.catch_warnings():
        # Keras' only sign of the error is the warning "The model does not have any trainable weights".
        warnings.simplefilter("ignore")
        discriminator.train_on_batch(real_images, np.ones((len(real_images), 1), np.float32))


def test_recipe_of_the_tutorials_never_trains_the_discriminator(networks, batches):
    generator, discriminator = networks
    discriminator.trainable = False  # every tutorial: "for the combined model we will only train the generator"
    combined = keras.Sequential([generator, discriminator])
    combined.compile(loss=LOSS, optimizer=keras.optimizers.Adam(2e-4, 0.5))
    real_images, noise = batches(4)
    real = np.ones((4, 1), np.float32)
    assert not changes_weights(discriminator, lambda: train_discriminator(discriminator, real_images))
    assert changes_weights(generator, lambda: combined.train_on_batch(noise, real))


def test_batch_of_another_size_is_traced_with_the_current_flag(networks, batches):
    """So it does not help to call the discriminator before it is frozen: it trains until the short last batch."""
    _, discriminator = networks

    def train_changes_weights(size, number=0):
        real_images, _ = batches(size, number)
        return changes_weights(discriminator, lambda: train_discriminator(discriminator, real_images))

    assert train_changes_weights(8)
    discriminator.trainable = False
    assert train_changes_weights(8, 1)
    assert not train_changes_weights(3)


def test_textbook_update_trains_both_networks(make_gan, batches):
    gan = make_gan()
    update = textbook_update(gan)
    assert changes_weights(gan.discriminator, lambda: update(*batches(4)))
    assert changes_weights(gan.generator, lambda: update(*batches(4, 1)))


def test_losses_are_those_of_the_current_batch_only(make_gan, batches):
    gan, other = make_gan(), make_gan()
    for model in (gan.discriminator, gan.combined, other.discriminator, other.combined):
        model.optimizer.learning_rate = 0.0
    update, other_update = textbook_update(gan), textbook_update(other)
    update(*batches(4, 0))
    np.testing.assert_allclose(update(*batches(4, 1))[0], other_update(*batches(4, 1))[0], rtol=1e-6)
