import keras
import numpy as np
import pytest

from assignment.training.gan import compile_for_tapes, generate_images, restored_afterwards


@pytest.fixture
def taped_gan(make_gan):
    """A GAN compiled for gradient tapes, with different losses for the two networks."""
    gan = make_gan()
    return compile_for_tapes(
        gan.generator,
        gan.discriminator,
        loss=keras.losses.BinaryCrossentropy(),
        discriminator_loss=keras.losses.MeanSquaredError(),
        learning_rate=3e-4,
        beta_1=0.6,
    )


def test_models_are_the_generator_the_discriminator_and_the_combined_model(make_gan):
    gan = make_gan()
    generator, discriminator, combined = gan.models
    assert (generator.input_shape, generator.output_shape) == ((None, 5), (None, 28, 28, 1))
    assert (discriminator.input_shape, discriminator.output_shape) == ((None, 28, 28, 1), (None, 1))
    assert (combined.input_shape, combined.output_shape) == ((None, 5), (None, 1))
    assert gan.latent_dim == 5


def test_unconditional_gan_takes_no_labels(make_gan):
    gan = make_gan()
    assert not gan.is_conditional
    assert gan.generator_inputs("noise", "labels") == "noise"
    assert gan.discriminator_inputs("images", "labels") == "images"
    assert gan.discriminator_targets("validity", "labels") == "validity"


def test_each_network_has_its_own_adam(taped_gan):
    optimizers = taped_gan.combined.optimizer, taped_gan.discriminator.optimizer
    assert optimizers[0] is not optimizers[1]
    for optimizer in optimizers:
        assert type(optimizer) is keras.optimizers.Adam
        assert (float(optimizer.learning_rate), optimizer.beta_1) == (pytest.approx(3e-4), 0.6)


def test_each_network_has_its_own_loss(taped_gan):
    targets, outputs = np.ones((2, 1)), np.full((2, 1), 0.5, np.float32)
    assert float(taped_gan.discriminator.compute_loss(y=targets, y_pred=outputs)) == pytest.approx(0.25)
    assert float(taped_gan.combined.compute_loss(y=targets, y_pred=outputs)) == pytest.approx(np.log(2), rel=1e-5)


def test_combined_model_contains_both_networks_and_freezes_nothing(taped_gan):
    assert taped_gan.combined.name == "combined_model_test"
    assert taped_gan.combined.layers == [taped_gan.generator, taped_gan.discriminator]
    assert all(layer.trainable for layer in taped_gan.discriminator.layers)


def test_images_are_generated_outside_training_mode(make_gan):
    generator = make_gan().generator
    noise = np.random.default_rng(0).standard_normal((3, 5), np.float32)
    images = generate_images(generator, noise)
    assert images.shape == (3, 28, 28, 1) and images.dtype == np.float32
    np.testing.assert_allclose(images, generator(noise, training=False), atol=1e-6)


def test_variables_are_restored_after_an_error(make_gan):
    weight = make_gan().generator.trainable_variables[0]
    before = weight.numpy()
    with pytest.raises(ZeroDivisionError), restored_afterwards([weight]):
        weight.assign(before + 1)
        raise ZeroDivisionError
    np.testing.assert_array_equal(weight, before)
