import numpy as np
import pytest

from assignment.practices.choice import usable
from assignment.practices.stack import Mixture
from assignment.training.checkpoints import gather, restore
from assignment.training.compiling import compile_for_tapes
from assignment.training.description import compiled_as
from assignment.training.proof import OF_TAPES, fingerprint, prove_freeze
from assignment.training.steps import compiled_update, taped_update

FOR_TAPES = [practice.name for practice in usable("digits")]


def compile_taped(generator, discriminator):
    return compile_for_tapes(generator, discriminator, loss="binary_crossentropy", rate=2e-4, beta_1=0.5)


def assert_the_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def check(practised, batches, name, **how):
    """It trains both networks through the compiled update, and goes on from a checkpoint bit for bit."""
    _, gan, update = practised(name, **how)
    assert "rate" in compiled_as(gan.discriminator) and "rate" in compiled_as(gan.combined)  # as a run says it
    hint = {"hint": OF_TAPES} if how else {}
    prove_freeze(gan, update, *batches(8), **hint)  # and undoes what it tried
    before = [fingerprint(model) for model in gan.models[:2]]
    update(*batches(8, 0))
    checkpoint = gather(gan)
    assert all(fingerprint(model) != earlier for model, earlier in zip(gan.models, before))
    losses = [float(loss) for loss in update(*batches(3, 1))]
    assert np.isfinite(losses).all()

    _, again, update_again = practised(name, **how)
    restore(again, checkpoint)
    assert [float(loss) for loss in update_again(*batches(3, 1))] == losses
    assert_the_same(gather(again), gather(gan))


@pytest.mark.parametrize("name", [practice.name for practice in usable("fashion")])
def test_a_practice_trains_and_resumes_bit_for_bit(practised, batches, name):
    check(practised, batches, name)


@pytest.mark.parametrize("name", FOR_TAPES)
def test_a_practice_trains_and_resumes_under_two_tapes(practised, batches, name):
    check(practised, batches, name, rule=taped_update, tapes=True, compile=compile_taped)


def test_without_practices_all_is_as_the_track_has_it(make_gan, batches):
    mixture, gan, plain = Mixture(), make_gan(), make_gan()
    noise = np.ones((2, 5), np.float32)
    assert mixture.noise(noise) is noise and mixture.generator(gan.generator) is gan.generator
    assert mixture.discriminator(gan.discriminator) is gan.discriminator and mixture.compiled(gan) is gan
    assert mixture.sketch("any") == "any"
    for update in (mixture.update(compiled_update, gan), compiled_update(plain)):
        for number in range(2):
            update(*batches(8, number))
    assert_the_same(gather(gan), gather(plain))


def test_several_are_used_one_after_another(practised, batches):
    _, gan, update = practised("hinge", "noisy-labels", "instance-noise", "replay", "dropout", "spectral-normalisation")
    prove_freeze(gan, update, *batches(8))
    assert [layer.name for layer in gan.discriminator.layers if "dropout" in layer.name]
    assert gan.discriminator.loss.name == "hinge_loss" and len(gan.memory) == 3
    assert all(np.isfinite(float(loss)) for loss in update(*batches(8)))
