import keras
import pytest


def test_each_compiled_model_has_its_own_adam_with_the_sheets_settings(make_gan):
    gan = make_gan()
    assert gan.discriminator.optimizer is not gan.combined.optimizer
    for model in (gan.discriminator, gan.combined):
        settings = model.optimizer.get_config()
        assert type(model.optimizer) is keras.optimizers.Adam
        assert (settings["learning_rate"], settings["beta_1"], settings["beta_2"]) == pytest.approx((2e-4, 0.5, 0.999))
        assert model.loss == "binary_crossentropy"


def test_the_combined_model_is_the_generator_followed_by_the_discriminator(make_gan):
    gan = make_gan()
    assert gan.combined.layers == [gan.generator, gan.discriminator]
    assert gan.combined.name == "combined_model_test"
    assert gan.combined.output_shape == (None, 1)


def test_compiling_leaves_the_discriminator_trainable(make_gan):
    assert all(layer.trainable for layer in make_gan().discriminator.layers)
