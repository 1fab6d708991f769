"""Save networks with the Keras of this environment; `make_saved_files.py` calls it in each environment.

It runs under every Keras from 2.2 on and Python from 3.7 on. The networks are the sheet's two and a conditional pair,
with small widths; every weight follows from a formula, so all versions write the same numbers.

    python write_saved_files.py MODULE FOLDER      MODULE: keras, tensorflow.keras or tf_keras
"""

import importlib
import os
import sys

import numpy as np

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
LATENT_DIM, IMAGES = 3, 2


def wave(shape, number):
    """Return values in -0.5..0.5 that look random and are the same everywhere."""
    return (0.5 * np.sin(np.arange(1, np.prod(shape, dtype=int) + 1) * (number + 1.7))).reshape(shape).astype("float32")


def set_weights(model):
    values = [wave(weight.shape, number) for number, weight in enumerate(model.get_weights())]
    # A variance must be positive; for the other weights a positive value is as good as any.
    model.set_weights([np.abs(value) + 0.5 if value.ndim == 1 else value for value in values])


def sheet_generator(layers, models):
    transposed = dict(kernel_size=5, padding="same", use_bias=False)
    return models.Sequential(
        [
            layers.Dense(7 * 7 * 2, use_bias=False, input_shape=(LATENT_DIM,)),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Reshape((7, 7, 2)),
            layers.Conv2DTranspose(2, strides=1, **transposed),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(2, strides=2, **transposed),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
            layers.Conv2DTranspose(1, strides=2, activation="tanh", **transposed),
        ],
        name="generator_model_ana",
    )


def sheet_discriminator(layers, models, dtype=None):
    convolution = dict(kernel_size=5, strides=2, padding="same", use_bias=False, dtype=dtype)
    return models.Sequential(
        [
            layers.Conv2D(2, input_shape=(28, 28, 1), **convolution),
            layers.LeakyReLU(dtype=dtype),
            layers.Conv2D(3, **convolution),
            layers.LeakyReLU(dtype=dtype),
            layers.Flatten(dtype=dtype),
            layers.Dense(4, use_bias=False, dtype=dtype),
            layers.LeakyReLU(dtype=dtype),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator_model_ana",
    )


def conditional_generator(layers, models):
    noise, label = layers.Input((LATENT_DIM,)), layers.Input((1,), dtype="int32")
    planes = layers.Reshape((7, 7, 2))(layers.Dense(7 * 7 * 2, use_bias=False)(noise))
    label_planes = layers.Reshape((7, 7, 2))(layers.Embedding(10, 7 * 7 * 2)(label))
    image = layers.ReLU()(layers.BatchNormalization()(layers.Add()([planes, label_planes])))
    for filters in (3, 2):
        image = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(image)
        image = layers.ReLU()(layers.BatchNormalization()(image))
    image = layers.Conv2D(1, 3, padding="same", activation="tanh")(image)
    return models.Model([noise, label], image, name="conditional_generator_model_ana")


def conditional_discriminator(layers, models):
    image, label = layers.Input((28, 28, 1)), layers.Input((1,), dtype="int32")
    plane = layers.Dense(28 * 28)(layers.Flatten()(layers.Embedding(10, 2)(label)))
    features = layers.Concatenate()([image, layers.Reshape((28, 28, 1))(plane)])
    for filters in (2, 3):
        features = layers.Conv2D(filters, 4, strides=2, padding="same")(features)
        features = layers.Dropout(0.4)(layers.LeakyReLU(0.2)(features))
    features = layers.LeakyReLU(0.2)(layers.Dense(4)(layers.Flatten()(features)))
    wanted = layers.Flatten()(layers.Embedding(10, 4)(label))
    total = layers.Add()([layers.Dense(1)(features), layers.Dot(1)([features, wanted])])
    validity = layers.Activation("sigmoid")(total)
    return models.Model([image, label], validity, name="conditional_discriminator_model_ana")


def inputs_of(model):
    """Return an input for each input of a model, by its shape: images, labels or noise."""
    arrays = []
    for tensor in model.inputs:
        shape = (IMAGES,) + tuple(int(size) for size in tensor.shape[1:])
        is_label = shape[1:] == (1,)
        arrays.append(np.arange(3, 3 + IMAGES).reshape(shape).astype("int32") if is_label else 2 * wave(shape, 0.5))
    return arrays


def main(module, folder):
    keras = importlib.import_module(module)
    layers, models = keras.layers, keras.models
    version = tuple(int(number) for number in keras.__version__.split("-")[0].split(".")[:2])
    arrays = {}  # what each network computes, by the name of its file, and what it computes it for

    def write(model, name, save=None):
        save = save or (lambda path: model.save(path))
        save(os.path.join(folder, name))
        inputs = inputs_of(model)
        result = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
        arrays.update({f"{name} input {number}": array for number, array in enumerate(inputs)})
        arrays[name] = np.asarray(result, "float32")

    generator = sheet_generator(layers, models)
    set_weights(generator)
    write(generator, "generator.h5")
    write(generator, "generator_only.weights.h5", generator.save_weights)

    discriminator = sheet_discriminator(layers, models)
    set_weights(discriminator)
    discriminator.compile(loss="binary_crossentropy", optimizer="adam")
    discriminator.train_on_batch(inputs_of(discriminator)[0], np.zeros((IMAGES, 1), "float32"))  # optimizer weights
    set_weights(discriminator)
    write(discriminator, "discriminator.h5")

    discriminator.trainable = False
    combined = models.Sequential([generator, discriminator], name="gan")
    combined.compile(loss="binary_crossentropy", optimizer="adam")
    if version != (3, 0):  # it cannot write nested models as .h5: "name already exists"
        write(combined, "combined.h5")
    discriminator.trainable = True

    for build in (conditional_generator, conditional_discriminator):
        model = build(layers, models)
        set_weights(model)
        write(model, build.__name__ + ".h5")
    if version >= (2, 4):
        mixed = sheet_discriminator(layers, models, "mixed_float16" if version >= (3, 0) else "float16")
        set_weights(mixed)
        write(mixed, "discriminator_float16.h5")
    if version >= (2, 13):  # 2.12 writes a folder under this name
        write(generator, "generator.keras")

    with open(os.path.join(folder, "version.txt"), "w") as file:
        file.write(keras.__version__)
    np.savez_compressed(os.path.join(folder, "outputs.npz"), **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
