import keras
import numpy as np
import pytest

from assignment.conditional.compiling import CLASS_WEIGHT, compile_gan, halving
from assignment.conditional.networks import build_auxiliary_discriminator, build_discriminator, build_generator
from assignment.training.proof import prove_freeze
from assignment.training.steps import compiled_update
from assignment.training.textbook import textbook_update

BUILDERS = [build_discriminator, build_auxiliary_discriminator]
SIZES = (8, 8, 3)  # a short batch at the end, which makes the update be traced again


def make(build, firstname="ana", precision="float32"):
    return compile_gan(build_generator(firstname, 1, precision), build(firstname, 1, precision))


def batch(size, number=0):
    random = np.random.default_rng([size, number])
    labels = random.integers(0, 10, (2, size, 1)).astype(np.int32)
    real_images = random.uniform(-1, 1, (size, 28, 28, 1)).astype(np.float32)
    return real_images, random.standard_normal((size, 100), np.float32), *labels


def trained(gan, rule):
    update = rule(gan)
    losses = [[float(loss) for loss in update(*batch(size, number))] for number, size in enumerate(SIZES)]
    return losses, [weight.numpy() for model in gan[:2] for weight in model.trainable_weights]


@pytest.mark.parametrize("build", BUILDERS)
def test_the_compiled_update_gives_the_textbooks_weights(build):
    losses, compiled = trained(make(build), compiled_update)
    textbooks_losses, textbook = trained(make(build), textbook_update)
    start = [weight.numpy() for model in make(build)[:2] for weight in model.trainable_weights]
    for ours, theirs, before in zip(compiled, textbook, start, strict=True):
        assert np.abs(theirs - before).max() > 2e-5  # ten times the tolerance
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6)
    np.testing.assert_allclose(losses, textbooks_losses, rtol=0, atol=1e-5)


@pytest.mark.parametrize("build", BUILDERS)
def test_the_same_batches_give_the_same_weights_bit_for_bit(build):
    for weight, again in zip(trained(make(build), compiled_update)[1], trained(make(build), compiled_update)[1]):
        np.testing.assert_array_equal(weight, again)


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize(("firstname", "precision"), [("ana", "float32"), ("Ана", "mixed_bfloat16")])
def test_the_freeze_holds(build, firstname, precision):
    gan = make(build, firstname, precision)
    proof = prove_freeze(gan, compiled_update(gan), *batch(8))
    assert [step.moved for step in proof] == [True, False, False, True]


@pytest.mark.parametrize("build", BUILDERS)
def test_both_networks_use_the_label_after_a_few_updates(build):
    gan = make(build)
    update = compiled_update(gan)
    for number in range(3):
        update(*batch(16, number))
    real_images, noise, threes, _ = batch(4)
    threes[:], sevens = 3, np.full_like(threes, 7)
    three, seven = (gan.generator([noise, labels], training=False).numpy() for labels in (threes, sevens))
    assert np.abs(three - seven).max() > 1e-3
    assert np.abs(three[0] - three[1]).max() > 1e-3  # and the noise
    if build is build_discriminator:
        said = [gan.discriminator([real_images, labels]).numpy() for labels in (threes, sevens)]
        assert np.abs(said[0] - said[1]).min() > 1e-5
        assert len(np.unique(said[0])) == 4  # and the image


@pytest.mark.parametrize("build", BUILDERS)
def test_the_combined_model(build):
    gan = make(build)
    combined = gan.combined
    assert combined.name == "conditional_combined_model_ana"
    assert [tensor.name for tensor in combined.inputs] == ["noise", "label"]
    assert [layer.name for layer in combined.layers if isinstance(layer, keras.Model)] == [
        "conditional_generator_model_ana",
        "conditional_discriminator_model_ana",
    ]
    _, noise, _, asked = batch(4)
    images = gan.generator([noise, asked], training=False).numpy()
    alone = gan.discriminator(gan.discriminator_inputs(images, asked), training=False)
    behind = combined([noise, asked], training=False)
    if len(combined.outputs) > 1:
        alone, behind = np.hstack(alone), np.hstack(behind)
    np.testing.assert_allclose(behind, alone, rtol=1e-5, atol=1e-6)


def test_an_adam_of_its_own_for_each():
    gan = make(build_discriminator)
    assert gan.combined.optimizer is not gan.discriminator.optimizer
    for optimizer in (gan.combined.optimizer, gan.discriminator.optimizer):
        assert type(optimizer) is keras.optimizers.Adam
        assert float(optimizer.learning_rate) == pytest.approx(5e-4)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.5, 0.999)


def test_the_auxiliary_classifiers_loss_is_the_sum_of_both():
    gan = make(build_auxiliary_discriminator)
    assert CLASS_WEIGHT == 1 and gan.combined.output_names == ["validity", "class"]
    real_images, noise, real_labels, asked = batch(8)
    images = gan.generator([noise, asked], training=True)
    validity, kind = gan.discriminator(images, training=True)
    wanted = -np.log(validity).mean() - np.log(np.take_along_axis(kind.numpy(), asked, axis=1)).mean()
    loss = gan.combined.compute_loss(y=gan.discriminator_targets(np.ones((8, 1)), asked), y_pred=[validity, kind])
    assert float(loss) == pytest.approx(wanted, rel=1e-5)


def test_both_rates_are_half_after_so_many_updates(make_gan, batches):
    gan = make_gan()
    gan.discriminator.optimizer.learning_rate = 4e-4
    update = halving(compiled_update(gan), gan, every=2)
    seen = []
    for number in range(5):
        update(*batches(4, number))
        seen.append([float(model.optimizer.learning_rate) for model in (gan.combined, gan.discriminator)])
    np.testing.assert_allclose(seen, [[2e-4 * 0.5 ** (n / 2), 4e-4 * 0.5 ** (n / 2)] for n in range(5)], rtol=1e-6)


def test_the_rate_follows_the_updates_that_a_checkpoint_brings(make_gan, batches):
    gan = make_gan()
    update = halving(compiled_update(gan), gan, every=100)
    gan.combined.optimizer.iterations.assign(200)
    gan.combined.optimizer.learning_rate = 7.0  # whatever was in the checkpoint
    update(*batches(4))
    assert float(gan.combined.optimizer.learning_rate) == pytest.approx(2e-4 / 4, rel=1e-6)
