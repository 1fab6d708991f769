import keras
import numpy as np
import pytest

from assignment.training.compiling import compile_for_tapes


@pytest.fixture
def compiled(make_gan):
    gan = make_gan()
    return compile_for_tapes(
        gan.generator,
        gan.discriminator,
        loss=keras.losses.BinaryCrossentropy(),
        discriminator_loss=keras.losses.MeanSquaredError(),
        rate=3e-4,
        beta_1=0.6,
    )


def test_each_has_its_own_adam(compiled):
    optimizers = compiled.combined.optimizer, compiled.discriminator.optimizer
    assert optimizers[0] is not optimizers[1]
    for optimizer in optimizers:
        assert type(optimizer) is keras.optimizers.Adam
        assert (float(optimizer.learning_rate), optimizer.beta_1) == (pytest.approx(3e-4), 0.6)


def test_each_has_its_own_loss(compiled):
    asked, said = np.ones((2, 1)), np.full((2, 1), 0.5, np.float32)
    assert float(compiled.discriminator.compute_loss(y=asked, y_pred=said)) == pytest.approx(0.25)
    assert float(compiled.combined.compute_loss(y=asked, y_pred=said)) == pytest.approx(np.log(2), rel=1e-5)


def test_the_combined_model(compiled):
    assert compiled.combined.name == "combined_model_test"
    assert compiled.combined.layers == [compiled.generator, compiled.discriminator]
    assert all(layer.trainable for layer in compiled.discriminator.layers)
