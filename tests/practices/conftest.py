"""Fixtures for the tests of practices."""

import pytest

from assignment.fashion.step6_compile import compile_gan
from assignment.practices.stack import PracticeStack
from assignment.training.steps import compiled_update


@pytest.fixture
def gan(make_gan):
    """The small GAN of all tests, without practices."""
    return make_gan()


@pytest.fixture
def gan_with(make_gan):
    """A function that returns a small GAN with practices, and its update; the same weights at every call."""

    def make(*names, rule=compiled_update, tapes=False, compile=compile_gan):
        practices = PracticeStack(names, seed=1, batch_size=8, tapes=tapes)
        plain = make_gan()
        generator = practices.generator(plain.generator)
        discriminator = practices.discriminator(plain.discriminator)
        gan = practices.compiled(compile(generator, discriminator))
        return gan, practices.update(rule, gan)

    return make
