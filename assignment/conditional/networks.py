"""The conditional track's networks: functional models with several inputs, and one with several outputs.

Sources: Mirza and Osindero 2014 (both networks take the label); Miyato and Koyama 2018, figure 1d (inner product of the
label and the image's features); Odena et al. 2017 (auxiliary classifier); Radford et al. 2016 (strided convolutions,
BatchNormalization in the generator). The sizes are ours (docs/conditional.md).
"""

from __future__ import annotations

import keras
from keras import layers

from assignment.data.dataset import CLASS_COUNT
from assignment.training import streams
from assignment.training.gan import DROPOUT, LATENT_DIM

LABEL_SIZE = 50  # size of the discriminator's label embedding
FEATURES = 128  # size of the discriminator's feature vector
SLOPE = 0.2  # of LeakyReLU below 0 (Radford et al. 2016)


def build_generator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Model:
    """Build `conditional_generator_model_<firstname>`: noise (n, 100) and label int32 (n, 1) to images (n, 28, 28, 1).

    The label's embedding has the same shape as the projected noise, 64 planes of 7x7, and is added to it before the
    first BatchNormalization, so that every later layer sees both. Pixels are in [-1, 1], labels in 0..9.
    precision: the dtype policy of all layers but the last, which is float32.
    """
    streams.seed_initial_weights(seed, streams.GENERATOR)
    noise = keras.Input((LATENT_DIM,), name="noise")
    label = keras.Input((1,), dtype="int32", name="label")

    def normalized(units, name):
        units = layers.BatchNormalization(name=f"{name}_norm", dtype=precision)(units)
        return layers.ReLU(name=f"{name}_relu", dtype=precision)(units)

    def upsampled(image, filters, size):
        convolution = layers.Conv2DTranspose(
            filters, 4, strides=2, padding="same", use_bias=False, name=f"upsample_{size}", dtype=precision
        )
        return normalized(convolution(image), f"upsample_{size}")

    units = layers.Dense(7 * 7 * 64, use_bias=False, name="noise_units", dtype=precision)(noise)  # (n, 3136)
    noise_planes = layers.Reshape((7, 7, 64), name="noise_planes", dtype=precision)(units)  # (n, 7, 7, 64)
    units = layers.Embedding(CLASS_COUNT, 7 * 7 * 64, name="label_embedding", dtype=precision)(label)  # (n, 1, 3136)
    label_planes = layers.Reshape((7, 7, 64), name="label_planes", dtype=precision)(units)  # (n, 7, 7, 64)
    image = layers.Add(name="noise_and_label", dtype=precision)([noise_planes, label_planes])
    image = normalized(image, "noise_and_label")
    image = upsampled(image, 64, 14)  # (n, 14, 14, 64)
    image = upsampled(image, 32, 28)  # (n, 28, 28, 32)
    image = layers.Conv2D(1, 3, padding="same", activation="tanh", name="image", dtype="float32")(image)
    return keras.Model([noise, label], image, name=f"conditional_generator_model_{firstname}")


def build_discriminator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Model:
    """Build `conditional_discriminator_model_<firstname>`: image (n, 28, 28, 1) and label (n, 1) to validity (n, 1).

    The label enters twice: as a second plane of the image, and in an inner product with the image's features.
    precision: the dtype policy of all layers but the final sum and sigmoid, which are float32.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)
    image = keras.Input((28, 28, 1), name="image")
    label = keras.Input((1,), dtype="int32", name="label")

    units = layers.Embedding(CLASS_COUNT, LABEL_SIZE, name="label_embedding", dtype=precision)(label)  # (n, 1, 50)
    units = layers.Flatten(name="label_flat", dtype=precision)(units)
    units = layers.Dense(28 * 28, name="label_units", dtype=precision)(units)
    plane = layers.Reshape((28, 28, 1), name="label_plane", dtype=precision)(units)  # (n, 28, 28, 1)
    both = layers.Concatenate(name="image_and_label", dtype=precision)([image, plane])  # (n, 28, 28, 2)
    features = _features(both, precision)  # (n, 128)
    realism = layers.Dense(1, name="realism", dtype=precision)(features)  # (n, 1)
    requested = layers.Embedding(CLASS_COUNT, FEATURES, name="wanted_features", dtype=precision)(label)  # (n, 1, 128)
    requested = layers.Flatten(name="wanted_features_flat", dtype=precision)(requested)
    agreement = layers.Dot(1, name="agreement", dtype=precision)([features, requested])  # (n, 1)
    validity = layers.Add(name="realism_and_agreement", dtype="float32")([realism, agreement])
    validity = layers.Activation("sigmoid", name="validity", dtype="float32")(validity)
    return keras.Model([image, label], validity, name=f"conditional_discriminator_model_{firstname}")


def build_auxiliary_discriminator(firstname: str, seed: int = 1, precision: str = "float32") -> keras.Model:
    """Build `conditional_discriminator_model_<firstname>` with two outputs: image to validity (n, 1) and class (n, 10).

    The label is not an input but an output: validity is a probability, class a distribution over ten classes.
    """
    streams.seed_initial_weights(seed, streams.DISCRIMINATOR)
    image = keras.Input((28, 28, 1), name="image")
    features = _features(image, precision)  # (n, 128)
    validity = layers.Dense(1, activation="sigmoid", name="validity", dtype="float32")(features)
    kind = layers.Dense(CLASS_COUNT, activation="softmax", name="class", dtype="float32")(features)
    return keras.Model(image, [validity, kind], name=f"conditional_discriminator_model_{firstname}")


def _features(image, precision: str):
    """Return the discriminator's features (n, 128) of an image (n, 28, 28, planes)."""
    for filters, size in ((32, 14), (64, 7)):
        name = f"downsample_{size}"
        image = layers.Conv2D(filters, 4, strides=2, padding="same", name=name, dtype=precision)(image)
        image = layers.LeakyReLU(negative_slope=SLOPE, name=f"{name}_leaky", dtype=precision)(image)
        image = layers.Dropout(DROPOUT, name=f"{name}_dropout", dtype=precision)(image)
    flat = layers.Flatten(name="image_flat", dtype=precision)(image)  # (n, 3136)
    features = layers.Dense(FEATURES, name="features", dtype=precision)(flat)
    return layers.LeakyReLU(negative_slope=SLOPE, name="features_leaky", dtype=precision)(features)
