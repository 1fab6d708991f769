import numpy as np
import pytest
import tensorflow as tf

from assignment.training.finite import Diverged, check_weights, finite_losses
from assignment.training.steps import Losses, compiled_update


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        (Losses(np.nan, 0, 0), r"^the discriminator's loss on real images became NaN \(not a number\)$"),
        (Losses(0, np.inf, 0), "^the discriminator's loss on generated images became infinite$"),
        (Losses(0, 0, tf.constant(-np.inf)), "^the generator's loss became infinite$"),
    ],
)
def test_loss_that_is_not_finite_is_named(losses, message):
    update = finite_losses(lambda real_images, noise: losses)
    with pytest.raises(Diverged, match=message):
        update(None, None)


def test_finite_losses_are_returned():
    losses = Losses(tf.constant(0.5), 1e30, 0)
    assert finite_losses(lambda real_images, noise: losses)(None, None) is losses


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_owner_of_a_weight_that_is_not_finite_is_named(make_gan, batches, value):
    gan = make_gan()
    compiled_update(gan)(*batches(4))
    check_weights(gan)
    for owner, variables in gan.variables().items():
        variable = variables[-1]
        saved = variable.numpy()
        variable.assign(np.full_like(saved, value))
        with pytest.raises(Diverged, match=f"^a value of the {owner.replace('_', ' ')} became "):
            check_weights(gan)
        variable.assign(saved)
    check_weights(gan)
