"""The update as a textbook writes it, with `train_on_batch`: slow, and the reference for `steps.compiled_update`.

It differs from the classic tutorials in two places. The discriminator's `trainable` flag is set around every call,
since on Keras 3 the discriminator would otherwise never train (docs/keras3.md). And the fakes for the discriminator are
generated in training mode, since `predict` would use BatchNormalization's moving averages, which lag behind.
"""

from __future__ import annotations

import numpy as np

from assignment.training.freezing import frozen, unfrozen
from assignment.training.gan import Gan
from assignment.training.naming import named_for_graphs
from assignment.training.steps import Losses, Update, build_optimizers


def textbook_update(gan: Gan) -> Update:
    """Return the update of the sheet's step 7 in three `train_on_batch` calls.

    It takes the same arguments as the update of `compiled_update`.
    """
    generator, discriminator, combined = gan.models
    build_optimizers(gan)

    def update(real_images, noise, real_labels=None, fake_labels=None) -> Losses:
        real = np.ones((len(noise), 1), np.float32)
        fake = np.zeros((len(noise), 1), np.float32)

        with named_for_graphs(*gan.models):
            generator_inputs = gan.generator_inputs(noise, fake_labels)
            fake_images = generator(generator_inputs, training=True)  # (n, 28, 28, 1)
            # Phase 1: the discriminator, on real images (target 1) and on generated ones (target 0).
            with unfrozen(discriminator):
                reals = gan.discriminator_inputs(real_images, real_labels)
                real_loss = _train_on_batch(discriminator, reals, gan.discriminator_targets(real, real_labels))
                fakes = gan.discriminator_inputs(fake_images, fake_labels)
                fake_loss = _train_on_batch(discriminator, fakes, gan.discriminator_targets(fake, fake_labels))
            # Phase 2: the generator, through the frozen discriminator, with the target "real".
            with frozen(discriminator):
                targets = gan.discriminator_targets(real, fake_labels)
                generator_loss = _train_on_batch(combined, generator_inputs, targets)

        return Losses(real_loss, fake_loss, generator_loss)

    return update


def _train_on_batch(model, inputs, targets) -> np.ndarray:
    """Take one optimizer step; return the loss before it, summed over all outputs."""
    model.reset_metrics()  # before Keras 3.15 train_on_batch returned the average since the last reset
    return model.train_on_batch(inputs, targets, return_dict=True)["loss"]
