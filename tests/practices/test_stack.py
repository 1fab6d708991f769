import numpy as np
import pytest

from assignment.practices.choice import usable_practices
from assignment.practices.stack import PracticeStack
from assignment.practices.view import TrainingView
from assignment.training.checkpoints import gather, restore
from assignment.training.description import describe_compilation
from assignment.training.gan import compile_for_tapes
from assignment.training.proof import fingerprint, prove_freeze
from assignment.training.steps import compiled_update, taped_update
from assignment.training.streams import Purpose, draw_noise


def compile_taped(generator, discriminator):
    return compile_for_tapes(generator, discriminator, loss="binary_crossentropy", learning_rate=2e-4, beta_1=0.5)


def assert_same_variables(variables, expected):
    assert variables.keys() == expected.keys()
    for name in variables:
        np.testing.assert_array_equal(variables[name], expected[name], err_msg=name)


@pytest.fixture
def check_training(gan_with, batches):
    """A function that checks that a practice trains both networks, and continues from a checkpoint bit for bit.

    The last batch is shorter, as at the end of an epoch.
    """

    def check(name, **options):
        gan, update = gan_with(name, **options)
        assert "rate" in describe_compilation(gan.discriminator) and "rate" in describe_compilation(gan.combined)
        prove_freeze(gan, update, *batches(8))
        update = PracticeStack([name]).schedule(update, gan)  # after the proof, which sets the rates to 0
        before = [fingerprint(network) for network in (gan.generator, gan.discriminator)]
        update(*batches(8, 0))
        checkpoint = gather(gan)
        after = [fingerprint(network) for network in (gan.generator, gan.discriminator)]
        assert all(new != old for new, old in zip(after, before, strict=True))
        losses = [float(loss) for loss in update(*batches(3, 1))]
        assert np.isfinite(losses).all()

        resumed, resumed_update = gan_with(name, **options)
        resumed_update = PracticeStack([name]).schedule(resumed_update, resumed)
        restore(resumed, checkpoint)
        assert [float(loss) for loss in resumed_update(*batches(3, 1))] == losses
        assert_same_variables(gather(resumed), gather(gan))

    return check


@pytest.mark.parametrize("name", [entry.name for entry in usable_practices("fashion")])
def test_practice_trains_and_resumes_bit_for_bit(check_training, name):
    check_training(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [entry.name for entry in usable_practices("digits")])
def test_practice_trains_with_tapes_and_resumes_bit_for_bit(check_training, name):
    check_training(name, rule=taped_update, tapes=True, compile=compile_taped)


def test_empty_stack_changes_no_ingredient(gan):
    practices = PracticeStack()
    np.testing.assert_array_equal(
        practices.draw_noise(1, Purpose.GRID_NOISE, count=2, latent_dim=5),
        draw_noise(1, Purpose.GRID_NOISE, count=2, latent_dim=5),
    )
    assert practices.generator(gan.generator) is gan.generator
    assert practices.discriminator(gan.discriminator) is gan.discriminator
    assert practices.compiled(gan) is gan
    view = TrainingView(sample=lambda: np.zeros(0))
    assert practices.training_view(view) is view


def test_empty_stack_does_not_change_the_update(make_gan, batches):
    gan, plain = make_gan(), make_gan()
    for update in (PracticeStack().update(compiled_update, gan), compiled_update(plain)):
        for number in range(2):
            update(*batches(8, number))
    assert_same_variables(gather(gan), gather(plain))


def test_several_practices_are_applied_one_after_another(gan_with, batches):
    gan, update = gan_with("hinge", "noisy-labels", "instance-noise", "replay", "dropout", "spectral-normalization")
    prove_freeze(gan, update, *batches(8))
    assert [layer.name for layer in gan.discriminator.layers if "dropout" in layer.name]
    assert gan.discriminator.loss.name == "hinge_loss" and len(gan.memory) == 3
    assert all(np.isfinite(float(loss)) for loss in update(*batches(8)))
