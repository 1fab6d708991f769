import subprocess
import sys

import keras
import numpy as np
import pytest

from assignment.lecture.networks import RealSmoothed
from assignment.training.freezing import frozen
from assignment.training.gan import compile_for_tapes
from assignment.training.proof import prove_freeze
from assignment.training.steps import build_optimizers, compiled_update, discriminator_update, taped_update
from assignment.training.textbook import textbook_update

SIZES = (8, 8, 3, 8)  # with a shorter batch, for which the update is traced again


def trained_weights(gan):
    return [weight.numpy() for network in (gan.generator, gan.discriminator) for weight in network.trainable_weights]


@pytest.fixture
def train(batches):
    """A function that makes an update for each of SIZES; it returns the losses and the trained weights."""

    def run(gan, update):
        losses = [update(*batches(size, number)) for number, size in enumerate(SIZES)]
        return losses, trained_weights(gan)

    return run


def assert_close_after_training(weights, expected_weights, initial_weights):
    for weight, expected, initial in zip(weights, expected_weights, initial_weights, strict=True):
        # Adam changes a weight by about its learning rate in every step, which is far more than the tolerance.
        assert np.abs(expected - initial).max() > 1e-4
        np.testing.assert_allclose(weight, expected, rtol=0, atol=2e-6)


def test_compiled_update_gives_the_weights_of_the_textbook_update(make_gan, train):
    compiled_gan, textbook_gan = make_gan(), make_gan()
    compiled_losses, compiled_weights = train(compiled_gan, compiled_update(compiled_gan))
    textbook_losses, textbook_weights = train(textbook_gan, textbook_update(textbook_gan))
    assert_close_after_training(compiled_weights, textbook_weights, trained_weights(make_gan()))
    np.testing.assert_allclose(compiled_losses, textbook_losses, rtol=0, atol=1e-5)


def test_same_batches_give_the_same_weights_bit_for_bit(make_gan, train):
    first, second = make_gan(), make_gan()
    _, weights = train(first, compiled_update(first))
    _, weights_again = train(second, compiled_update(second))
    for weight, weight_again in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(weight, weight_again)


def test_update_uses_the_compiled_losses(make_gan, batches):
    gan = make_gan()
    for model in (gan.discriminator, gan.combined):
        model.compile(loss=lambda y_true, y_pred: 0 * y_pred + 7.0, optimizer=model.optimizer)
    assert [float(loss) for loss in compiled_update(gan)(*batches(4))] == pytest.approx([7, 7, 7])


def test_update_uses_the_compiled_optimizers(make_gan, batches):
    gan = make_gan()
    gan.discriminator.optimizer.learning_rate = 0.0
    before = [weight.numpy() for weight in gan.discriminator.trainable_weights]
    compiled_update(gan)(*batches(4))
    for weight, earlier in zip(gan.discriminator.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(weight, earlier)
    assert int(gan.discriminator.optimizer.iterations) == 2 and int(gan.combined.optimizer.iterations) == 1


def test_losses_before_training_are_near_ln_2(make_gan, batches):
    losses = compiled_update(make_gan())(*batches(8))
    assert [float(loss) for loss in losses] == pytest.approx([np.log(2)] * 3, abs=0.5)


def test_weights_stay_in_float32_with_mixed_precision(make_gan, batches):
    gan = make_gan("mixed_bfloat16")
    losses = compiled_update(gan)(*batches(4))
    assert all(np.isfinite(float(loss)) for loss in losses)
    assert {weight.dtype for model in gan.models for weight in model.weights} == {"float32"}


def test_discriminator_update_trains_the_discriminator_only(make_gan, batches):
    gan = make_gan()
    update = discriminator_update(gan)
    build_optimizers(gan)
    generator_weights = [weight.numpy() for weight in gan.generator.trainable_weights]
    discriminator_weights = [weight.numpy() for weight in gan.discriminator.trainable_weights]
    update(*batches(4))
    for weight, earlier in zip(gan.generator.trainable_weights, generator_weights, strict=True):
        np.testing.assert_array_equal(weight, earlier)
    for weight, earlier in zip(gan.discriminator.trainable_weights, discriminator_weights, strict=True):
        assert not np.array_equal(weight, earlier)
    assert int(gan.discriminator.optimizer.iterations) == 2 and int(gan.combined.optimizer.iterations) == 0


def copy_network(network):
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    return copy


def train_on_batch_update(gan):
    """Return an update that does the same as `taped_update`, with Keras' own train steps."""
    build_optimizers(gan)

    def update(real_images, noise):
        count = len(noise)
        real, fake = np.ones((count, 1)), np.zeros((count, 1))
        discriminator_before = copy_network(gan.discriminator)
        fake_images = copy_network(gan.generator)(noise, training=True).numpy()
        with frozen(gan.discriminator):
            gan.combined.train_on_batch(noise, real)
        # Keras' loss is the mean over both halves of the batch, which is half of the sum of their losses.
        gan.discriminator.compile(
            loss=gan.discriminator.loss, optimizer=gan.discriminator.optimizer, loss_weights=[2.0]
        )
        gan.discriminator.train_on_batch(np.concatenate([real_images, fake_images]), np.concatenate([real, fake]))
        loss, generator_loss = (keras.losses.get(model.loss) for model in (gan.discriminator, gan.combined))
        real_output, fake_output = discriminator_before(real_images), discriminator_before(fake_images)
        losses = [loss(real, real_output), loss(fake, fake_output), generator_loss(real, fake_output)]
        return [np.mean(values) for values in losses]

    return update


def with_logits(gan):
    """Return the GAN with logits as outputs and a smoothed discriminator loss, as in the lecture's DCGAN."""
    logits = keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed=7))
    discriminator = keras.Sequential([keras.Input((28, 28, 1)), *gan.discriminator.layers[:-1], logits])
    return compile_for_tapes(
        gan.generator,
        discriminator,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        discriminator_loss=RealSmoothed(0.1, from_logits=True),
        learning_rate=1e-3,
        beta_1=0.9,
    )


@pytest.mark.parametrize("change", [lambda gan: gan, with_logits], ids=["probabilities", "logits"])
def test_taped_update_is_one_step_of_each_network_from_the_same_pass(make_gan, train, change):
    taped_gan, other_gan, initial_gan = (change(make_gan()) for _ in range(3))
    taped_losses, taped_weights = train(taped_gan, taped_update(taped_gan))
    other_losses, other_weights = train(other_gan, train_on_batch_update(other_gan))
    assert_close_after_training(taped_weights, other_weights, trained_weights(initial_gan))
    np.testing.assert_allclose(taped_losses, other_losses, rtol=0, atol=1e-5)


def test_each_tape_of_the_taped_update_trains_its_own_network_only(make_gan, batches):
    gan = make_gan()
    checks = prove_freeze(gan, taped_update(gan), *batches(4))
    assert [check.changed for check in checks] == [True, False, False, True]


TWO_UPDATES = """
import numpy as np
from assignment import runtime
runtime.start_tensorflow()
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.fashion.step6_compile import compile_gan
from assignment.training.proof import fingerprint
from assignment.training.steps import compiled_update
from assignment.training.streams import Purpose, draw_noise
gan = compile_gan(build_generator("ana", 1), build_discriminator("ana", 1))
update = compiled_update(gan)
for number in range(2):
    noise = draw_noise(1, Purpose.TRAINING_NOISE, 1, number, count=128, latent_dim=100)
    pixels = draw_noise(2, Purpose.TRAINING_NOISE, 1, number, count=128, latent_dim=784)
    update(np.tanh(pixels).reshape(128, 28, 28, 1), noise)
print(fingerprint(gan.generator), fingerprint(gan.discriminator))
"""


@pytest.mark.slow
def test_two_processes_give_the_same_weights_bit_for_bit():
    """With the sheet's networks and batch size, large enough that TensorFlow uses several threads."""
    outputs = [
        subprocess.run([sys.executable, "-c", TWO_UPDATES], check=True, capture_output=True).stdout for _ in range(2)
    ]
    assert outputs[0] == outputs[1] and len(outputs[0].split()) == 2
