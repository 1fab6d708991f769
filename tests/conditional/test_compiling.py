from functools import partial

import keras
import numpy as np
import pytest

from assignment.conditional.compiling import CLASS_WEIGHT, compile_gan
from assignment.conditional.networks import build_auxiliary_discriminator, build_discriminator, build_generator
from assignment.training.proof import prove_freeze
from assignment.training.steps import compiled_update
from assignment.training.textbook import textbook_update

BUILDERS = [build_discriminator, build_auxiliary_discriminator]
SIZES = (8, 3)  # the second batch is shorter, and the update is traced again for it


def make_gan_of(build, firstname="ana", precision="float32"):
    return compile_gan(build_generator(firstname, 1, precision), build(firstname, 1, precision))


def make_batch(size, number=0):
    """Return (real_images, noise, real_labels, fake_labels) of a batch; others for every number."""
    random = np.random.default_rng([size, number])
    labels = random.integers(0, 10, (2, size, 1)).astype(np.int32)
    real_images = random.uniform(-1, 1, (size, 28, 28, 1)).astype(np.float32)
    return real_images, random.standard_normal((size, 100), np.float32), *labels


def trainable_weights(gan):
    return [weight.numpy() for network in (gan.generator, gan.discriminator) for weight in network.trainable_weights]


def train(gan, rule):
    """Make an update for each of SIZES; return the losses and the trained weights."""
    update = rule(gan)
    losses = [[float(loss) for loss in update(*make_batch(size, number))] for number, size in enumerate(SIZES)]
    return losses, trainable_weights(gan)


@pytest.fixture(scope="module", params=BUILDERS)
def compiled_training(request):
    """A discriminator's builder, and the losses and weights after a training with the compiled update.

    With Keras' own operations, since the fast ones round differently.
    """
    return request.param, *train(make_gan_of(request.param), partial(compiled_update, fast=False))


def test_the_compiled_update_gives_the_weights_of_the_textbook_update(compiled_training):
    build, losses, weights = compiled_training
    textbook_losses, textbook_weights = train(make_gan_of(build), textbook_update)
    initial_weights = trainable_weights(make_gan_of(build))
    for weight, expected, initial in zip(weights, textbook_weights, initial_weights, strict=True):
        assert np.abs(expected - initial).max() > 2e-5  # ten times the tolerance
        np.testing.assert_allclose(weight, expected, rtol=0, atol=2e-6)
    np.testing.assert_allclose(losses, textbook_losses, rtol=0, atol=1e-5)


@pytest.mark.parametrize("build", BUILDERS)
def test_the_same_batches_give_the_same_weights_bit_for_bit(build):
    (_, weights), (_, weights_again) = (train(make_gan_of(build), compiled_update) for _ in range(2))
    for weight, weight_again in zip(weights, weights_again, strict=True):
        np.testing.assert_array_equal(weight, weight_again)


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(
    ("firstname", "precision"),
    [("ana", "float32"), pytest.param("Ана", "mixed_bfloat16", marks=pytest.mark.slow)],
)
def test_each_phase_changes_its_own_network_only(build, firstname, precision):
    gan = make_gan_of(build, firstname, precision)
    proof = prove_freeze(gan, compiled_update(gan), *make_batch(8))
    assert [check.changed for check in proof] == [True, False, False, True]


@pytest.mark.parametrize("build", BUILDERS)
def test_after_a_few_updates_both_networks_use_the_label(build):
    gan = make_gan_of(build)
    update = compiled_update(gan)
    for number in range(3):
        update(*make_batch(16, number))
    real_images, noise, threes, _ = make_batch(4)
    threes[:], sevens = 3, np.full_like(threes, 7)
    images_of_3, images_of_7 = (gan.generator([noise, labels], training=False).numpy() for labels in (threes, sevens))
    assert np.abs(images_of_3 - images_of_7).max() > 1e-3
    assert np.abs(images_of_3[0] - images_of_3[1]).max() > 1e-3, "the generator also uses the noise"
    if build is build_discriminator:
        validity_of_3, validity_of_7 = (gan.discriminator([real_images, label]).numpy() for label in (threes, sevens))
        assert np.abs(validity_of_3 - validity_of_7).min() > 1e-5
        assert len(np.unique(validity_of_3)) == 4, "the discriminator also uses the image"


@pytest.mark.parametrize("build", BUILDERS)
def test_the_combined_model_is_the_generator_followed_by_the_discriminator(build):
    gan = make_gan_of(build)
    combined = gan.combined
    assert combined.name == "conditional_combined_model_ana"
    assert [tensor.name for tensor in combined.inputs] == ["noise", "label"]
    assert [layer.name for layer in combined.layers if isinstance(layer, keras.Model)] == [
        "conditional_generator_model_ana",
        "conditional_discriminator_model_ana",
    ]
    _, noise, _, fake_labels = make_batch(4)
    images = gan.generator([noise, fake_labels], training=False).numpy()
    output = combined([noise, fake_labels], training=False)
    expected = gan.discriminator(gan.discriminator_inputs(images, fake_labels), training=False)
    if len(combined.outputs) > 1:
        output, expected = np.hstack(output), np.hstack(expected)
    np.testing.assert_allclose(output, expected, rtol=1e-5, atol=1e-6)


def test_each_compiled_model_has_its_own_adam():
    gan = make_gan_of(build_discriminator)
    assert gan.combined.optimizer is not gan.discriminator.optimizer
    for optimizer in (gan.combined.optimizer, gan.discriminator.optimizer):
        assert type(optimizer) is keras.optimizers.Adam
        assert float(optimizer.learning_rate) == pytest.approx(5e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)


def test_the_loss_of_an_auxiliary_classifier_is_the_sum_of_validity_loss_and_class_loss():
    gan = make_gan_of(build_auxiliary_discriminator)
    assert CLASS_WEIGHT == 1 and gan.combined.output_names == ["validity", "class"]
    _, noise, _, fake_labels = make_batch(8)
    images = gan.generator([noise, fake_labels], training=True)
    validity, probabilities = gan.discriminator(images, training=True)
    class_losses = -np.log(np.take_along_axis(probabilities.numpy(), fake_labels, axis=1))
    expected = -np.log(validity).mean() + class_losses.mean()
    targets = gan.discriminator_targets(np.ones((8, 1)), fake_labels)
    loss = gan.combined.compute_loss(y=targets, y_pred=[validity, probabilities])
    assert float(loss) == pytest.approx(expected, rel=1e-5)
