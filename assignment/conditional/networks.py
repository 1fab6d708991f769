"""The conditional track's networks: functional models of several inputs, and one of several outputs.

Sources: Mirza and Osindero 2014 (both networks are given the label); Miyato and Koyama 2018, figure 1d (the label meets
the image's features in an inner product); Odena et al. 2017 (the auxiliary classifier); Radford et al. 2016 (strided
convolutions, BatchNormalization in the generator). The sizes are ours (docs/conditional.md).
"""

from __future__ import annotations

import keras
from keras import layers

from assignment.training import streams

LATENT_DIM = 100  # as the assignment's own generator has
CLASSES = 10
LABEL_SIZE = 50  # numbers that the discriminator embeds a label in
FEATURES = 128  # numbers that the discriminator reads from an image before it judges
SLOPE = 0.2  # of LeakyReLU below 0 (Radford et al. 2016)
DROPOUT = 0.3  # without it 27,000 updates end further from the test images (docs/conditional.md)


def build_generator(firstname: str, seed: int, precision: str = "float32") -> keras.Model:
    """`conditional_generator_model_<firstname>`: noise (n, 100) and label int32 (n, 1) to images (n, 28, 28, 1).

    The label's embedding is as large as what becomes of the noise, 64 planes of 7x7, and is added to it before the
    first BatchNormalization: so every later weight sees both. Pixels are in [-1, 1], labels in 0..9. `precision` is the
    dtype policy of all layers but the last, which stays in float32.
    """
    streams.seed_initial_weights(seed, streams.GENERATOR)
    noise = keras.Input((LATENT_DIM,), name="noise")
    label = keras.Input((1,), dtype="int32", name="label")

    def normalised(units, name):
        units = layers.BatchNormalization(name=f"{name}_norm", dtype=precision)(units)
        return layers.ReLU(name=f"{name}_relu", dtype=precision)(units)

    def upsampled(image, filters, size):
        convolution = layers.Conv2DTranspose(
            filters, 4, strides=2, padding="same", use_bias=False, name=f"upsample_{size}", dtype=precision
        )
        return normalised(convolution(image), f"upsample_{size}")

    units = layers.Dense(7 * 7 * 64, use_bias=False, name="noise_units", dtype=precision)(noise)  # (n, 3136)
    noise_planes = layers.Reshape((7, 7, 64), name="noise_planes", dtype=precision)(units)  # (n, 7, 7, 64)
    units = layers.Embedding(CLASSES, 7 * 7 * 64, name="label_embedding", dtype=precision)(label)  # (n, 1, 3136)
    label_planes = layers.Reshape((7, 7, 64), name="label_planes", dtype=precision)(units)  # (n, 7, 7, 64)
    image = layers.Add(name="noise_and_label", dtype=precision)([noise_planes, label_planes])
    image = normalised(image, "noise_and_label")
    image = upsampled(image, 64, 14)  # (n, 14, 14, 64)
    image = upsampled(image, 32, 28)  # (n, 28, 28, 32)
    image = layers.Conv2D(1, 3, padding="same", activation="tanh", name="image", dtype="float32")(image)
    return keras.Model([noise, label], image, name=f"conditional_generator_model_{firstname}")


def build_discriminator(firstname: str, seed: int, precision: str = "float32") -> keras.Model:
    """`conditional_discriminator_model_<firstname>`: image (n, 28, 28, 1) and label (n, 1) to validity (n, 1) in 0..1.

    The label meets the image twice: as a plane beside it, and in an inner product with the image's features. The sum
    and its sigmoid are in float32 whatever `precision` the other layers have.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)
    image = keras.Input((28, 28, 1), name="image")
    label = keras.Input((1,), dtype="int32", name="label")

    units = layers.Embedding(CLASSES, LABEL_SIZE, name="label_embedding", dtype=precision)(label)  # (n, 1, 50)
    units = layers.Flatten(name="label_flat", dtype=precision)(units)
    units = layers.Dense(28 * 28, name="label_units", dtype=precision)(units)
    plane = layers.Reshape((28, 28, 1), name="label_plane", dtype=precision)(units)  # (n, 28, 28, 1)
    both = layers.Concatenate(name="image_and_label", dtype=precision)([image, plane])  # (n, 28, 28, 2)
    features = _features(both, precision)  # (n, 128)
    realism = layers.Dense(1, name="realism", dtype=precision)(features)  # (n, 1)
    wanted = layers.Embedding(CLASSES, FEATURES, name="wanted_features", dtype=precision)(label)  # (n, 1, 128)
    wanted = layers.Flatten(name="wanted_features_flat", dtype=precision)(wanted)
    agreement = layers.Dot(1, name="agreement", dtype=precision)([features, wanted])  # (n, 1)
    validity = layers.Add(name="realism_and_agreement", dtype="float32")([realism, agreement])
    validity = layers.Activation("sigmoid", name="validity", dtype="float32")(validity)
    return keras.Model([image, label], validity, name=f"conditional_discriminator_model_{firstname}")


def build_auxiliary_discriminator(firstname: str, seed: int, precision: str = "float32") -> keras.Model:
    """`conditional_discriminator_model_<firstname>` of two outputs: image to validity (n, 1) and class (n, 10).

    It is not told the label, it has to say it: validity is a probability, class ten that add up to 1.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)
    image = keras.Input((28, 28, 1), name="image")
    features = _features(image, precision)  # (n, 128)
    validity = layers.Dense(1, activation="sigmoid", name="validity", dtype="float32")(features)
    kind = layers.Dense(CLASSES, activation="softmax", name="class", dtype="float32")(features)
    return keras.Model(image, [validity, kind], name=f"conditional_discriminator_model_{firstname}")


def _features(image, precision: str):
    """What a discriminator reads from an image (n, 28, 28, planes), (n, 128)."""
    for filters, size in ((32, 14), (64, 7)):
        name = f"downsample_{size}"
        image = layers.Conv2D(filters, 4, strides=2, padding="same", name=name, dtype=precision)(image)
        image = layers.LeakyReLU(negative_slope=SLOPE, name=f"{name}_leaky", dtype=precision)(image)
        image = layers.Dropout(DROPOUT, name=f"{name}_dropout", dtype=precision)(image)
    flat = layers.Flatten(name="image_flat", dtype=precision)(image)  # (n, 3136)
    features = layers.Dense(FEATURES, name="features", dtype=precision)(flat)
    return layers.LeakyReLU(negative_slope=SLOPE, name="features_leaky", dtype=precision)(features)
