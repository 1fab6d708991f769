"""A GAN compiled to be trained by gradient tapes: each network's own loss and its own Adam, and nothing frozen."""

from __future__ import annotations

import keras

from assignment.training.gan import Gan


def compile_for_tapes(
    generator: keras.Model,
    discriminator: keras.Model,
    *,
    loss: keras.losses.Loss,
    discriminator_loss: keras.losses.Loss | None = None,
    rate: float,
    beta_1: float,
) -> Gan:
    """Compile both networks for `steps.taped_update`; `discriminator_loss` is the discriminator's where it is another.

    The combined model carries the generator's loss and Adam. It trains what its tape is asked for, the generator's
    weights alone, so that the discriminator behind it need not be frozen.
    """
    discriminator.compile(loss=discriminator_loss or loss, optimizer=keras.optimizers.Adam(rate, beta_1))
    name = generator.name.replace("generator", "combined", 1)
    combined = keras.Sequential([generator, discriminator], name=name)  # noise (n, latent_dim) to its answer (n, 1)
    combined.compile(loss=loss, optimizer=keras.optimizers.Adam(rate, beta_1))
    return Gan(generator, discriminator, combined)
