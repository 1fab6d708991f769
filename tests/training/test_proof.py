import keras
import numpy as np
import pytest

from assignment.fashion.step6_compile import compile_gan
from assignment.training import steps
from assignment.training.export import Facts, export_h5
from assignment.training.freezing import frozen, unfrozen
from assignment.training.proof import FreezeViolation, fingerprint, prove_freeze
from assignment.training.steps import build_optimizers, compiled_update
from assignment.training.textbook import textbook_update


def state(gan):
    variables = [
        *gan.generator.variables,
        *gan.discriminator.variables,
        *gan.discriminator.optimizer.variables,
        *gan.combined.optimizer.variables,
    ]
    return [variable.numpy() for variable in variables]


def test_each_phase_moves_its_own_network_only(make_gan, batches):
    gan = make_gan()
    proof = prove_freeze(gan, compiled_update(gan), *batches(4))
    assert [(step.phase, step.network, step.moved) for step in proof] == [
        ("discriminator", "discriminator", True),
        ("discriminator", "generator", False),
        ("generator", "discriminator", False),
        ("generator", "generator", True),
    ]


@pytest.mark.parametrize("rule", [compiled_update, textbook_update])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_it_is_undone_bit_for_bit(make_gan, batches, rule, precision):
    gan = make_gan(precision)
    update = rule(gan)
    before = state(gan)
    prove_freeze(gan, update, *batches(4))
    for value, earlier in zip(state(gan), before, strict=True):
        np.testing.assert_array_equal(value, earlier)


def test_it_holds_after_a_batch_of_another_size(make_gan, batches):
    gan = make_gan()
    update = compiled_update(gan)
    update(*batches(8))
    update(*batches(3))
    assert all(step.holds for step in prove_freeze(gan, update, *batches(3)))
    assert all(step.holds for step in prove_freeze(gan, update, *batches(8)))


def test_it_holds_whatever_the_flag_was_left_at(make_gan, batches):
    gan = make_gan()
    update = compiled_update(gan)
    with frozen(gan.discriminator):
        assert all(step.holds for step in prove_freeze(gan, update, *batches(4)))
    assert all(step.holds for step in prove_freeze(gan, update, *batches(5)))


def test_it_holds_after_reloading(make_gan, batches, tmp_path):
    networks = make_gan()[:2]
    for model in networks:
        export_h5(model, tmp_path / f"{model.name}.h5", Facts("fashion", "ana", 1, "a stand-in"))
    reloaded = compile_gan(
        *(keras.models.load_model(tmp_path / f"{model.name}.h5", compile=False) for model in networks)
    )
    assert all(step.holds for step in prove_freeze(reloaded, compiled_update(reloaded), *batches(4)))


def naive_update(gan):
    """The tutorials' loop: no flag around the calls."""
    build_optimizers(gan)

    def update(real_images, noise):
        real, fake = np.ones((len(noise), 1)), np.zeros((len(noise), 1))
        gan.discriminator.train_on_batch(real_images, real)
        gan.discriminator.train_on_batch(gan.generator(noise, training=True), fake)
        gan.combined.train_on_batch(noise, real)

    return update


@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
def test_a_discriminator_that_never_learns_is_a_violation(make_gan, batches):
    gan = make_gan()
    update = naive_update(gan)
    with frozen(gan.discriminator), pytest.raises(FreezeViolation, match="would never learn"):
        prove_freeze(gan, update, *batches(4))


def test_a_discriminator_that_the_generators_phase_moves_is_a_violation(make_gan, batches):
    gan = make_gan()
    gan.combined.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(2e-4))
    gan.combined.optimizer.build(gan.combined.trainable_variables)  # both networks' weights, as nothing is frozen

    def update(real_images, noise):
        gan.combined.train_on_batch(noise, np.ones((len(noise), 1)))
        gan.discriminator.train_on_batch(real_images, np.ones((len(noise), 1)))

    gan.discriminator.optimizer.build(gan.discriminator.trainable_variables)
    before = fingerprint(gan.discriminator)
    with pytest.raises(FreezeViolation, match="must leave alone"):
        prove_freeze(gan, update, *batches(4))
    assert fingerprint(gan.discriminator) == before


def test_the_compiled_update_without_its_freeze_is_a_violation(make_gan, batches, monkeypatch):
    monkeypatch.setattr(steps, "frozen", unfrozen)
    gan = make_gan()
    with pytest.raises(FreezeViolation, match="generator's update moves the discriminator"):
        prove_freeze(gan, compiled_update(gan), *batches(4))
