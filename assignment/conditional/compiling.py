"""The conditional track's compiled models, in the classic compile-and-freeze style."""

from __future__ import annotations

import keras
from keras import layers

from assignment.training.freezing import frozen
from assignment.training.gan import Gan

# Weight of the class loss relative to the validity loss: Odena et al. 2017, section 4, add both unweighted.
CLASS_WEIGHT = 1.0
# With a constant rate of 5e-4 the judge FID rises again after ten minutes (docs/conditional.md).
LEARNING_RATE, HALVED_EVERY = 5e-4, 10_000  # the latter in updates


def compile_gan(generator: keras.Model, discriminator: keras.Model) -> Gan:
    """Compile the discriminator, then a combined functional model of `noise` and `label` in which it is frozen.

    Each has its own Adam. A discriminator with two outputs has two losses, on real and fake images: binary
    cross-entropy for the validity and `CLASS_WEIGHT` times cross-entropy for the class.
    """
    discriminator.compile(**_losses(discriminator), optimizer=_adam())
    noise = keras.Input(generator.inputs[0].shape[1:], name="noise")
    label = keras.Input((1,), dtype="int32", name="label")
    with frozen(discriminator):
        image = generator([noise, label])  # (n, 28, 28, 1)
        answer = discriminator([image, label] if len(discriminator.inputs) > 1 else image)
        if len(discriminator.outputs) > 1:
            # Keras would name both outputs after the discriminator.
            answer = [layers.Identity(name=name)(output) for name, output in zip(("validity", "class"), answer)]
        combined = keras.Model([noise, label], answer, name=generator.name.replace("generator", "combined", 1))
        combined.compile(**_losses(discriminator), optimizer=_adam())
    return Gan(generator, discriminator, combined)


def _losses(discriminator: keras.Model) -> dict:
    if len(discriminator.outputs) == 1:
        return {"loss": "binary_crossentropy"}
    return {
        "loss": ["binary_crossentropy", "sparse_categorical_crossentropy"],
        "loss_weights": [1.0, CLASS_WEIGHT],
    }


def _adam() -> keras.optimizers.Adam:
    # beta_1 of Radford et al. 2016, section 4.
    return keras.optimizers.Adam(learning_rate=LEARNING_RATE, beta_1=0.5, beta_2=0.999)
