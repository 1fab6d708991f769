"""What the practices' tests share: the small GAN of all tests with practices, as a track puts them together."""

import pytest

from assignment.fashion.step6_compile import compile_gan
from assignment.practices.stack import Mixture
from assignment.training.steps import compiled_update


@pytest.fixture
def practised(make_gan):
    """A function that makes (mixture, GAN, update) of practices by name; the same weights at every call."""

    def make(*names, rule=compiled_update, tapes=False, compile=compile_gan):
        mixture = Mixture(names, seed=1, batch_size=8, tapes=tapes)
        plain = make_gan()
        generator, discriminator = mixture.generator(plain.generator), mixture.discriminator(plain.discriminator)
        gan = mixture.compiled(compile(generator, discriminator))
        return mixture, gan, mixture.update(rule, gan)

    return make
