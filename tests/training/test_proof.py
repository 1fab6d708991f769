import keras
import numpy as np
import pytest

from assignment.fashion.step6_compile import compile_gan
from assignment.foreign.metadata import ModelMetadata
from assignment.training import steps
from assignment.training.checkpoints import gather
from assignment.training.export import export_h5
from assignment.training.freezing import frozen, unfrozen
from assignment.training.proof import FREEZE_HINT, FreezeViolation, fingerprint, prove_freeze
from assignment.training.steps import build_optimizers, compiled_update
from assignment.training.textbook import textbook_update


@pytest.fixture
def gan(make_gan):
    return make_gan()


def test_each_phase_changes_its_own_network_only(gan, batches):
    checks = prove_freeze(gan, compiled_update(gan), *batches(4))
    assert [(check.phase, check.network, check.changed) for check in checks] == [
        ("discriminator", "discriminator", True),
        ("discriminator", "generator", False),
        ("generator", "discriminator", False),
        ("generator", "generator", True),
    ]


@pytest.mark.parametrize("rule", [compiled_update, textbook_update])
@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_proof_is_undone_bit_for_bit(make_gan, batches, rule, precision):
    gan = make_gan(precision)
    update = rule(gan)
    before = gather(gan)
    prove_freeze(gan, update, *batches(4))
    after = gather(gan)
    assert after.keys() == before.keys()
    for name, value in after.items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)


def test_proof_holds_after_batches_of_other_sizes(gan, batches):
    update = compiled_update(gan)
    update(*batches(8))
    update(*batches(3))
    for size in (3, 8):
        assert all(check.passed for check in prove_freeze(gan, update, *batches(size)))


def test_proof_holds_whatever_the_flag_was_before(gan, batches):
    update = compiled_update(gan)
    with frozen(gan.discriminator):
        assert all(check.passed for check in prove_freeze(gan, update, *batches(4)))
    assert all(check.passed for check in prove_freeze(gan, update, *batches(5)))


def test_proof_holds_for_networks_loaded_from_files(gan, batches, tmp_path):
    loaded = []
    for network in (gan.generator, gan.discriminator):
        path = tmp_path / f"{network.name}.h5"
        export_h5(network, path, ModelMetadata("fashion", "ana", 1, "a stand-in"))
        loaded.append(keras.models.load_model(path, compile=False))
    loaded_gan = compile_gan(*loaded)
    assert all(check.passed for check in prove_freeze(loaded_gan, compiled_update(loaded_gan), *batches(4)))


@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
def test_discriminator_that_never_trains_is_a_violation(gan, batches):
    build_optimizers(gan)

    def tutorial_update(real_images, noise):
        """The update of the tutorials, which do not set the flag around the calls."""
        real, fake = np.ones((len(noise), 1)), np.zeros((len(noise), 1))
        gan.discriminator.train_on_batch(real_images, real)
        gan.discriminator.train_on_batch(gan.generator(noise, training=True), fake)
        gan.combined.train_on_batch(noise, real)

    with frozen(gan.discriminator), pytest.raises(FreezeViolation, match="would never learn") as violation:
        prove_freeze(gan, tutorial_update, *batches(4))
    assert str(violation.value).endswith(FREEZE_HINT)


def test_discriminator_that_the_generators_phase_changes_is_a_violation(gan, batches):
    gan.combined.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(2e-4))
    gan.combined.optimizer.build(gan.combined.trainable_variables)  # of both networks, since neither is frozen
    gan.discriminator.optimizer.build(gan.discriminator.trainable_variables)

    def update(real_images, noise):
        gan.combined.train_on_batch(noise, np.ones((len(noise), 1)))
        gan.discriminator.train_on_batch(real_images, np.ones((len(noise), 1)))

    before = fingerprint(gan.discriminator)
    with pytest.raises(FreezeViolation, match="must leave alone"):
        prove_freeze(gan, update, *batches(4))
    assert fingerprint(gan.discriminator) == before


def test_compiled_update_without_its_freeze_is_a_violation(gan, batches, monkeypatch):
    monkeypatch.setattr(steps, "frozen", unfrozen)
    with pytest.raises(FreezeViolation, match="the generator's update changes the discriminator's weights"):
        prove_freeze(gan, compiled_update(gan), *batches(4))


def test_hint_is_appended_to_the_message(gan, batches, monkeypatch):
    monkeypatch.setattr(steps, "frozen", unfrozen)
    with pytest.raises(FreezeViolation, match=r"which it must leave alone\. Look here\.$"):
        prove_freeze(gan, compiled_update(gan), *batches(4), hint="Look here.")
