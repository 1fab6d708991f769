"""The checks of the exercise's parts: a complete part passes, and each gap is named."""

import keras
import pytest
import tensorflow as tf
from keras import layers

from assignment.digits.exercise import check_discriminator, check_generator, check_losses, check_train_step
from assignment.digits.networks import build_discriminator, build_generator

CROSS_ENTROPY = keras.losses.BinaryCrossentropy()


def generator_loss(fake_output):
    return CROSS_ENTROPY(tf.ones_like(fake_output), fake_output)


def discriminator_loss(real_output, fake_output):
    real_loss = CROSS_ENTROPY(tf.ones_like(real_output), real_output)
    return real_loss + CROSS_ENTROPY(tf.zeros_like(fake_output), fake_output)


def make_step(
    generator, discriminator, trained=("generator", "discriminator"), result=lambda first, second: (first, second)
):
    """The exercise's training step, which trains these networks only."""
    networks = {"generator": generator, "discriminator": discriminator}
    optimizers = {name: keras.optimizers.Adam(0.01) for name in trained}

    def train_step(images):
        with tf.GradientTape(persistent=True) as tape:
            fake_images = generator(tf.random.normal([len(images), 100]), training=True)
            real_output, fake_output = discriminator(images, training=True), discriminator(fake_images, training=True)
            losses = {
                "generator": generator_loss(fake_output),
                "discriminator": discriminator_loss(real_output, fake_output),
            }
        for name, optimizer in optimizers.items():
            weights = networks[name].trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(losses[name], weights), weights))
        return result(losses["generator"], losses["discriminator"])

    return train_step


def test_the_projects_own_parts_are_complete(capsys):
    assert check_generator(lambda: build_generator("ana")) and check_discriminator(lambda: build_discriminator("ana"))
    assert check_losses(generator_loss, discriminator_loss)
    assert check_losses(generator_loss, lambda real, fake: discriminator_loss(real, fake) / 2)
    networks = build_generator("ana"), build_discriminator("ana")
    assert check_train_step(make_step(*networks), *networks)
    assert "not yet" not in capsys.readouterr().out


def without(network, kind):
    return keras.Sequential(
        [keras.Input(network.input_shape[1:]), *(x for x in network.layers if not isinstance(x, kind))]
    )


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: None, "not yet: the function returns a Keras model"),
        (lambda: 1 / 0, "not yet: the generator cannot be used (ZeroDivisionError: division by zero)"),
        (lambda: keras.Sequential([keras.Input((50,)), layers.Dense(3)]), "not yet: it takes noise of size 100"),
        (lambda: keras.Sequential([keras.Input((100,)), layers.Dense(784)]), "not yet: it returns images of 28x28x1"),
        (lambda: without(build_generator("ana"), layers.BatchNormalization), "not yet: it has BatchNormalization"),
        (lambda: without(build_generator("ana"), layers.LeakyReLU), "not yet: it has LeakyReLU"),
    ],
)
def test_a_gap_in_the_generator_is_named(build, words, capsys):
    assert not check_generator(build)
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: without(build_discriminator("ana"), layers.Dropout), "not yet: it has Dropout"),
        (lambda: without(build_discriminator("ana"), layers.Dense), "not yet: it returns one number"),
        (lambda: keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(1)]), "is sigmoid"),
    ],
)
def test_a_gap_in_the_discriminator_is_named(build, words, capsys):
    assert not check_discriminator(build)
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ((lambda fake: 0.0, discriminator_loss), "not yet: the generator's loss is -ln 0.9"),
        ((lambda fake: CROSS_ENTROPY(tf.zeros_like(fake), fake), discriminator_loss), "not yet: the generator's loss"),
        ((generator_loss, lambda real, fake: generator_loss(real)), "not yet: and larger where it gives generated"),
        (
            (generator_loss, lambda real, fake: discriminator_loss(fake, real)),
            "not yet: and larger where it gives real",
        ),
        ((generator_loss, lambda real: 0.0), "cannot be used (TypeError"),
    ],
)
def test_a_wrong_loss_is_named(losses, words, capsys):
    assert not check_losses(*losses)
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trained": ["generator"]}, "not yet: it changes every weight of the discriminator"),
        ({"trained": []}, "not yet: it changes every weight of the generator"),
        ({"result": lambda first, second: None}, "not yet: it returns two losses"),
        ({"result": lambda first, second: (first, tf.constant(float("nan")))}, "not yet: both are finite"),
    ],
)
def test_a_step_that_does_not_train_both_networks_is_named(options, words, capsys):
    networks = build_generator("ana"), build_discriminator("ana")
    assert not check_train_step(make_step(*networks, **options), *networks)
    assert words in capsys.readouterr().out
