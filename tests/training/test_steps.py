import subprocess
import sys

import keras
import numpy as np
import pytest

from assignment.training.compiling import compile_for_tapes
from assignment.training.freezing import frozen
from assignment.training.losses import RealSmoothed
from assignment.training.proof import prove_freeze
from assignment.training.steps import build_optimizers, compiled_update, taped_update
from assignment.training.textbook import textbook_update

SIZES = (8, 8, 3, 8)  # a short batch among them, which makes the update be traced again


def weights_after(gan, update, batches):
    losses = [update(*batches(size, number)) for number, size in enumerate(SIZES)]
    networks = (gan.generator, gan.discriminator)
    return losses, [weight.numpy() for model in networks for weight in model.trainable_weights]


def test_the_compiled_update_gives_the_textbooks_weights(make_gan, batches):
    of = {}
    for rule in (compiled_update, textbook_update):
        gan = make_gan()
        of[rule] = weights_after(gan, rule(gan), batches)
    start = [weight.numpy() for model in make_gan()[:2] for weight in model.trainable_weights]
    for compiled, textbook, before in zip(of[compiled_update][1], of[textbook_update][1], start, strict=True):
        # Adam moves a weight by about 2e-4 at every step, whatever the gradient: far more than the tolerance.
        assert np.abs(textbook - before).max() > 1e-4
        np.testing.assert_allclose(compiled, textbook, rtol=0, atol=2e-6)
    np.testing.assert_allclose(of[compiled_update][0], of[textbook_update][0], rtol=0, atol=1e-5)


def test_the_same_batches_give_the_same_weights_bit_for_bit(make_gan, batches):
    first, second = make_gan(), make_gan()
    one = weights_after(first, compiled_update(first), batches)[1]
    for weight, again in zip(one, weights_after(second, compiled_update(second), batches)[1], strict=True):
        np.testing.assert_array_equal(weight, again)


def test_the_losses_are_those_that_were_compiled(make_gan, batches):
    gan = make_gan()
    for model in (gan.discriminator, gan.combined):
        model.compile(loss=lambda y_true, y_pred: 0 * y_pred + 7.0, optimizer=model.optimizer)
    assert [float(loss) for loss in compiled_update(gan)(*batches(4))] == pytest.approx([7, 7, 7])


def test_the_optimizers_are_those_that_were_compiled(make_gan, batches):
    gan = make_gan()
    gan.discriminator.optimizer.learning_rate = 0.0
    before = [weight.numpy() for weight in gan.discriminator.trainable_weights]
    compiled_update(gan)(*batches(4))
    for weight, earlier in zip(gan.discriminator.trainable_weights, before, strict=True):
        np.testing.assert_array_equal(weight, earlier)
    assert int(gan.discriminator.optimizer.iterations) == 2 and int(gan.combined.optimizer.iterations) == 1


def test_losses_before_any_step_are_near_ln_2(make_gan, batches):
    losses = compiled_update(make_gan())(*batches(8))
    assert [float(loss) for loss in losses] == pytest.approx([np.log(2)] * 3, abs=0.5)


def test_bfloat16_keeps_its_weights_in_float32(make_gan, batches):
    gan = make_gan("mixed_bfloat16")
    losses = compiled_update(gan)(*batches(4))
    assert all(np.isfinite(float(loss)) for loss in losses)
    assert {weight.dtype for model in gan.models for weight in model.weights} == {"float32"}


def by_train_on_batch(gan):
    """What `taped_update` should do, by Keras' own train steps, each on copies of both networks as they were."""

    def update(real_images, noise):
        count = len(noise)
        answered = keras.models.clone_model(gan.discriminator)
        answered.set_weights(gan.discriminator.get_weights())
        fake_images = keras.models.clone_model(gan.generator)
        fake_images.set_weights(gan.generator.get_weights())
        fakes = fake_images(noise, training=True).numpy()
        with frozen(gan.discriminator):
            gan.combined.train_on_batch(noise, np.ones((count, 1)))
        targets = np.concatenate([np.ones((count, 1)), np.zeros((count, 1))])
        # Keras' loss is the mean over both halves, half of their sum.
        gan.discriminator.compile(
            loss=gan.discriminator.loss, optimizer=gan.discriminator.optimizer, loss_weights=[2.0]
        )
        gan.discriminator.train_on_batch(np.concatenate([real_images, fakes]), targets)
        loss, generator_loss = (keras.losses.get(model.loss) for model in (gan.discriminator, gan.combined))
        real, fake = answered(real_images), answered(fakes)
        of = [loss(targets[:count], real), loss(targets[count:], fake), generator_loss(targets[:count], fake)]
        return [np.mean(values) for values in of]

    build_optimizers(gan)
    return update


def of_logits(gan):
    """The same networks, the discriminator ending in logits and its loss smoothed, as the lecture's DCGAN has it."""
    logits = keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed=7))
    discriminator = keras.Sequential([keras.Input((28, 28, 1)), *gan.discriminator.layers[:-1], logits])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    smoothed = RealSmoothed(0.1, from_logits=True)
    return compile_for_tapes(
        gan.generator, discriminator, loss=loss, discriminator_loss=smoothed, rate=1e-3, beta_1=0.9
    )


@pytest.mark.parametrize("kind", [lambda gan: gan, of_logits], ids=["probabilities", "logits"])
def test_the_taped_update_is_one_step_of_each_from_the_same_pass(make_gan, batches, kind):
    taped_gan, other_gan, start_gan = (kind(make_gan()) for _ in range(3))
    losses, taped = weights_after(taped_gan, taped_update(taped_gan), batches)
    other_losses, other = weights_after(other_gan, by_train_on_batch(other_gan), batches)
    start = [weight.numpy() for model in start_gan[:2] for weight in model.trainable_weights]
    for ours, theirs, before in zip(taped, other, start, strict=True):
        assert np.abs(theirs - before).max() > 1e-4
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6)
    np.testing.assert_allclose(losses, other_losses, rtol=0, atol=1e-5)


def test_the_taped_update_moves_each_network_by_its_own_tape_alone(make_gan, batches):
    gan = make_gan()
    proof = prove_freeze(gan, taped_update(gan), *batches(4))
    assert [step.moved for step in proof] == [True, False, False, True]


A_FEW_UPDATES = """
import numpy as np
from assignment import runtime
runtime.start_tensorflow()
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.fashion.step6_compile import compile_gan
from assignment.training.proof import fingerprint
from assignment.training.steps import compiled_update
from assignment.training import streams
gan = compile_gan(build_generator("ana", 1), build_discriminator("ana", 1))
update = compiled_update(gan)
for number in range(2):
    noise = streams.training_noise(1, 1, number, 128, 100)
    update(np.tanh(streams.training_noise(2, 1, number, 128, 784)).reshape(128, 28, 28, 1), noise)
print(fingerprint(gan.generator), fingerprint(gan.discriminator))
"""


def test_two_processes_end_with_the_same_bits():
    """The sheet's networks at its batch size: large enough for TensorFlow to share the work among threads."""
    ends = [
        subprocess.run([sys.executable, "-c", A_FEW_UPDATES], check=True, capture_output=True).stdout for _ in range(2)
    ]
    assert ends[0] == ends[1] and len(ends[0].split()) == 2
