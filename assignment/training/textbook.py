"""The plain `train_on_batch` calls that a student would write: slow, and the oracle of the compiled update.

It differs from the classic tutorials in two places only: the discriminator's flag is set around every call (on Keras 3
it is otherwise never trained, docs/keras3.md), and its fakes are made in training mode (`predict` would run
BatchNormalization on averages that lag behind).
"""

from __future__ import annotations

import numpy as np

from assignment.training.freezing import frozen, unfrozen
from assignment.training.gan import Gan
from assignment.training.naming import named_for_graphs
from assignment.training.steps import Losses, Update, build_optimizers


def textbook_update(gan: Gan) -> Update:
    """The update of the sheet's step 7 by three `train_on_batch` calls; same signature as the compiled one."""
    generator, discriminator, combined = gan.models
    build_optimizers(gan)

    def update(real_images, noise, real_labels=None, fake_labels=None) -> Losses:
        real = np.ones((len(noise), 1), np.float32)
        fake = np.zeros((len(noise), 1), np.float32)

        with named_for_graphs(*gan.models):
            source = gan.generator_inputs(noise, fake_labels)
            fake_images = generator(source, training=True)  # (n, 28, 28, 1)
            with unfrozen(discriminator):
                reals = gan.discriminator_inputs(real_images, real_labels)
                real_loss = _train_on_batch(discriminator, reals, gan.targets(real, real_labels))
                fakes = gan.discriminator_inputs(fake_images, fake_labels)
                fake_loss = _train_on_batch(discriminator, fakes, gan.targets(fake, fake_labels))
            with frozen(discriminator):
                generator_loss = _train_on_batch(combined, source, gan.targets(real, fake_labels))

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def _train_on_batch(model, inputs, targets) -> np.ndarray:
    model.reset_metrics()  # before Keras 3.15 train_on_batch returned the average since the last reset
    return model.train_on_batch(inputs, targets, return_dict=True)["loss"]  # of all outputs together
