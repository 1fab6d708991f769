"""The trap, kept documented by running code: the recipe of every classic tutorial, on the Keras that is installed."""

import warnings

import keras
import numpy as np

from assignment.fashion.step6_compile import LOSS
from assignment.training.freezing import unfrozen
from assignment.training.textbook import textbook_update


def moves(model, action) -> bool:
    """Whether `action` moves the model's trainable weights."""
    with unfrozen(model):
        weights = list(model.trainable_weights)
    before = [weight.numpy() for weight in weights]
    action()
    return any(not np.array_equal(weight, earlier) for weight, earlier in zip(weights, before, strict=True))


def test_the_tutorials_order_never_trains_the_discriminator(make_gan, batches):
    generator, discriminator, _ = make_gan().models
    discriminator.compile(loss=LOSS, optimizer=keras.optimizers.Adam(2e-4, 0.5))
    discriminator.trainable = False  # as every tutorial: "for the combined model we will only train the generator"
    combined = keras.Sequential([generator, discriminator])
    combined.compile(loss=LOSS, optimizer=keras.optimizers.Adam(2e-4, 0.5))
    real_images, noise = batches(4)
    real = np.ones((4, 1), np.float32)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "The model does not have any trainable weights" is all that Keras says
        assert not moves(discriminator, lambda: discriminator.train_on_batch(real_images, real))
    assert moves(generator, lambda: combined.train_on_batch(noise, real))


def test_a_batch_of_another_size_is_traced_with_whatever_the_flag_is_then(make_gan, batches):
    """Calling the discriminator before it is frozen is no cure: it learns until the epoch's short last batch."""
    generator, discriminator, _ = make_gan().models
    discriminator.compile(loss=LOSS, optimizer=keras.optimizers.Adam(2e-4, 0.5))
    assert moves(discriminator, lambda: discriminator.train_on_batch(batches(8)[0], np.ones((8, 1), np.float32)))
    discriminator.trainable = False
    assert moves(discriminator, lambda: discriminator.train_on_batch(batches(8, 1)[0], np.ones((8, 1), np.float32)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not moves(
            discriminator, lambda: discriminator.train_on_batch(batches(3)[0], np.ones((3, 1), np.float32))
        )


def test_ours_trains_both(make_gan, batches):
    gan = make_gan()
    update = textbook_update(gan)
    assert moves(gan.discriminator, lambda: update(*batches(4)))
    assert moves(gan.generator, lambda: update(*batches(4, 1)))


def test_its_losses_are_of_this_batch_alone(make_gan, batches):
    gan, other = make_gan(), make_gan()
    update = textbook_update(gan)
    for compiled in (gan.discriminator, gan.combined, other.discriminator, other.combined):
        compiled.optimizer.learning_rate = 0.0
    update(*batches(4, 0))
    np.testing.assert_allclose(update(*batches(4, 1))[0], textbook_update(other)(*batches(4, 1))[0], rtol=1e-6)
