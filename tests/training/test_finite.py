import numpy as np
import pytest
import tensorflow as tf

from assignment.training.finite import NotFinite, check_weights, finite_losses
from assignment.training.steps import Losses, compiled_update


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        (Losses(np.nan, 0, 0), "the loss of the discriminator on real images became NaN"),
        (Losses(0, np.inf, 0), "the loss of the discriminator on fake images became infinite"),
        (Losses(0, 0, tf.constant(-np.inf)), "the loss of the generator became infinite"),
    ],
)
def test_a_loss_that_is_no_number_is_named(losses, said):
    with pytest.raises(NotFinite, match=said):
        finite_losses(lambda real_images, noise: losses)(None, None)


def test_losses_that_are_numbers_pass():
    losses = Losses(tf.constant(0.5), 1e30, 0)
    assert finite_losses(lambda real_images, noise: losses)(None, None) is losses


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_weight_that_is_no_number_is_named(make_gan, batches, value):
    gan = make_gan()
    compiled_update(gan)(*batches(4))
    check_weights(gan)
    for owner, variables in gan.variables().items():
        variable = variables[-1]
        values = variable.numpy()
        variable.assign(np.full_like(values, value))
        with pytest.raises(NotFinite, match=f"a number of the {owner.replace('_', ' ')} became"):
            check_weights(gan)
        variable.assign(values)
