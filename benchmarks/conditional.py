"""How well do conditional GANs draw the requested class after equal training? Measured with our judge.

    python benchmarks/conditional.py --data-dir FOLDER [--dataset mnist] [--seconds 1800] [--recipes ours dense]
    python benchmarks/conditional.py --data-dir FOLDER --updates 4500 --recipes ours plane product auxiliary ...

The first command trains the recipes in turns of ten seconds, so that anything that slows the machine down affects all
of them. The second gives each recipe the same number of updates, however long they take. The accuracy of the judge on
the test images is printed, then the metrics of real training images in place of generated ones.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment import runtime

runtime.start_tensorflow()  # before anything imports TensorFlow

import keras  # noqa: E402
from keras import layers  # noqa: E402

from assignment.conditional import networks  # noqa: E402
from assignment.conditional.compiling import HALVED_EVERY, compile_gan  # noqa: E402
from assignment.data import sources  # noqa: E402
from assignment.data.dataset import CLASS_COUNT, TRAINING_IMAGES, scale_pixels  # noqa: E402
from assignment.evaluation.judge import Judge  # noqa: E402
from assignment.evaluation.metrics import agreement, frechet_distance, precision_and_recall  # noqa: E402
from assignment.evaluation.shipped_judges import read_shipped_judge  # noqa: E402
from assignment.settings.tracks import DATASETS, PRECISIONS  # noqa: E402
from assignment.training import streams  # noqa: E402
from assignment.training.gan import DROPOUT, IMAGES_PER_CALL, LATENT_DIM, Gan  # noqa: E402
from assignment.training.schedule import halving  # noqa: E402
from assignment.training.steps import compiled_update  # noqa: E402

SEED = 1
TURN_SECONDS = 10.0
# A recipe is measured after these seconds of training, or these updates.
MEASURED_SECONDS = (60, 150, 300, 600, 900, 1200, 1800, 2700, 3600)
MEASURED_UPDATES = (2000, 4500, 9000, 13500, 18000, 22500, 27000)
GENERATED_IMAGES = 10_000
COMPARED_IMAGES = 5_000  # on either side for precision and recall, which compare every pair
COLUMNS = ("recipe", "seconds", "updates", "agreement", "worst class", "distance", "precision", "recall")
TABLE_HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"

# Draws images float32 (n, 28, 28, 1) in [-1, 1] of the requested labels int32 (n, 1).
DrawImages = Callable[[np.ndarray], np.ndarray]


class Training:
    """The training of a recipe, one update at a time, with its seconds and updates so far."""

    def __init__(self, name: str, precision: str, images: np.ndarray, labels: np.ndarray):
        self.name, self._recipe = name, RECIPES[name]
        self.gan = self._recipe.build(precision)
        self.seconds, self.updates = 0.0, 0
        self._steps = self._train(images, labels)
        next(self._steps)  # traces the update, which does not count

    def step(self) -> None:
        started = time.perf_counter()
        next(self._steps)
        self.seconds += time.perf_counter() - started
        self.updates += 1

    def _train(self, images: np.ndarray, labels: np.ndarray) -> Iterator[None]:
        update, batch_size = compiled_update(self.gan), self._recipe.batch_size
        if self._recipe.halved_every:
            update = halving(update, self.gan, self._recipe.halved_every)
        for epoch in count(1):
            order = streams.image_order(SEED, epoch, len(images))
            for number in range(len(images) // batch_size):
                batch = order[number * batch_size : (number + 1) * batch_size]
                noise = streams.draw_noise(
                    SEED, streams.Purpose.TRAINING_NOISE, epoch, number, count=batch_size, latent_dim=LATENT_DIM
                )
                fake_labels = streams.training_labels(SEED, epoch, number, batch_size, CLASS_COUNT)
                update(images[batch], noise, labels[batch], fake_labels)
                yield


def main() -> None:
    options = parse_options()
    source = sources.SOURCES[options.dataset]
    dataset = sources.load(source, "real", options.data_dir)
    images = scale_pixels(dataset.images[..., np.newaxis])
    labels = dataset.labels.astype(np.int32)
    training_images, training_labels = images[:TRAINING_IMAGES], labels[:TRAINING_IMAGES]
    stored = read_shipped_judge(source.name)
    reference = Reference(stored.judge, images[TRAINING_IMAGES:])
    print(f"{source.title}: the judge recognizes {stored.facts.accuracy:.4f} of the test images\n")
    print(TABLE_HEAD, flush=True)
    print_row(reference, "real images", partial(select_real_images, training_images, training_labels))
    precision = runtime.resolve_precision(options.precision)
    trainings = [Training(name, precision, training_images, training_labels[:, np.newaxis]) for name in options.recipes]
    if options.updates:
        train_equal_updates(trainings, options.updates, reference)
    else:
        train_equal_seconds(trainings, options.seconds, reference)


def train_equal_updates(trainings: list[Training], updates: int, reference: Reference) -> None:
    for training in trainings:
        while training.updates < updates:
            training.step()
            if training.updates in MEASURED_UPDATES or training.updates == updates:
                print_row(reference, training.name, partial(generate, training.gan.generator), training)


def train_equal_seconds(trainings: list[Training], seconds: float, reference: Reference) -> None:
    for mark in [*(mark for mark in MEASURED_SECONDS if mark < seconds), seconds]:
        while any(training.seconds < mark for training in trainings):
            for training in trainings:
                end_of_turn = min(training.seconds + TURN_SECONDS, mark)
                while training.seconds < end_of_turn:
                    training.step()
        for training in trainings:
            print_row(reference, training.name, partial(generate, training.gan.generator), training)


class ConditionalScores(NamedTuple):
    """The metrics of a conditional generator.

    agreement: the share of images that are recognized as the requested class.
    worst_class: the agreement of the class where it is lowest.
    distance: the Fréchet distance in the judge's features (not the published FID).
    precision, recall: with k nearest neighbors.
    """

    agreement: float
    worst_class: float
    distance: float
    precision: float
    recall: float


class Reference:
    """A judge, and the features of all test images."""

    def __init__(self, judge: Judge, test_images: np.ndarray):
        self._judge, self._real_features = judge, judge.read(test_images).features

    def measure(self, draw_images: DrawImages) -> ConditionalScores:
        """Return the metrics of `GENERATED_IMAGES` images, equally many of each class."""
        requested = np.arange(GENERATED_IMAGES, dtype=np.int32) % CLASS_COUNT
        reading = self._judge.read(draw_images(requested[:, np.newaxis]))
        shares = agreement(requested, reading.classes, CLASS_COUNT)
        precision, recall = precision_and_recall(
            self._real_features[:COMPARED_IMAGES], reading.features[:COMPARED_IMAGES]
        )
        distance = frechet_distance(self._real_features, reading.features)
        return ConditionalScores(float(shares.mean()), float(shares.min()), distance, precision, recall)


def print_row(reference: Reference, name: str, draw_images: DrawImages, training: Training | None = None) -> None:
    """Print the metrics of drawn images as a row of the table."""
    scores = reference.measure(draw_images)
    seconds, updates = (f"{training.seconds:.0f}", str(training.updates)) if training else ("", "")
    print(
        f"| {name} | {seconds} | {updates} | {scores.agreement:.4f} | {scores.worst_class:.3f} |"
        f" {scores.distance:.1f} | {scores.precision:.2f} | {scores.recall:.2f} |",
        flush=True,
    )


def generate(generator: keras.Model, labels: np.ndarray) -> np.ndarray:
    noise = streams.draw_noise(SEED, streams.Purpose.SAMPLE_NOISE, 0, count=len(labels), latent_dim=LATENT_DIM)
    return generator.predict([noise, labels], batch_size=IMAGES_PER_CALL, verbose=0)


def select_real_images(images: np.ndarray, labels: np.ndarray, requested: np.ndarray) -> np.ndarray:
    """Return the first real images (n, 28, 28, 1) of the requested classes int (n, 1), each image at most once."""
    indices_by_class = [iter(np.flatnonzero(labels == label)) for label in range(CLASS_COUNT)]
    return images[[next(indices_by_class[label]) for label in requested[:, 0]]]


def build_ours(precision: str) -> Gan:
    return compile_gan(
        networks.build_generator("benchmark", SEED, precision),
        networks.build_discriminator("benchmark", SEED, precision),
    )


def build_auxiliary(precision: str) -> Gan:
    return compile_gan(
        networks.build_generator("benchmark", SEED, precision),
        networks.build_auxiliary_discriminator("benchmark", SEED, precision),
    )


def build_dense(precision: str) -> Gan:
    """Build the dense conditional GAN of most tutorials (cgan.py of Keras-GAN); unlike there, its freeze works.

    It is in float32 whatever `precision` is, as in the tutorials.
    """
    streams.seed_initial_weights(SEED, streams.GENERATOR)
    noise = keras.Input((LATENT_DIM,), name="noise")
    label = keras.Input((1,), dtype="int32", name="label")
    values = layers.Multiply()([noise, embed(label, LATENT_DIM)])
    for units in (256, 512, 1024):
        values = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(units)(values))
        values = layers.BatchNormalization(momentum=0.8)(values)
    image = layers.Reshape((28, 28, 1))(layers.Dense(784, activation="tanh")(values))
    generator = keras.Model([noise, label], image, name="generator_dense")

    streams.seed_initial_weights(SEED, streams.DISCRIMINATOR)
    image = keras.Input((28, 28, 1), name="image")
    values = layers.Multiply()([layers.Flatten()(image), embed(label, 784)])
    values = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(512)(values))
    for _ in range(2):
        values = layers.Dropout(0.4)(layers.LeakyReLU(negative_slope=0.2)(layers.Dense(512)(values)))
    validity = layers.Dense(1, activation="sigmoid")(values)
    discriminator = keras.Model([image, label], validity, name="discriminator_dense")
    return with_rates(compile_gan(generator, discriminator), 2e-4, 2e-4)  # the rates of cgan.py


def build_with_label_plane(precision: str) -> Gan:
    """Build ours with a generator in which the label is one more plane next to the noise's 64, as in most others."""
    streams.seed_initial_weights(SEED, streams.GENERATOR)
    noise = keras.Input((LATENT_DIM,), name="noise")
    label = keras.Input((1,), dtype="int32", name="label")

    def normalized(values):
        return layers.ReLU()(layers.BatchNormalization()(values))

    with default_precision(precision):
        values = normalized(layers.Dense(7 * 7 * 64, use_bias=False)(noise))
        plane = layers.Dense(7 * 7)(embed(label, networks.LABEL_SIZE))
        values = layers.Concatenate()([layers.Reshape((7, 7, 64))(values), layers.Reshape((7, 7, 1))(plane)])
        for filters in (64, 32):
            values = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(values)
            values = normalized(values)
        image = layers.Conv2D(1, 3, padding="same", activation="tanh", dtype="float32")(values)
    generator = keras.Model([noise, label], image, name="generator_other")
    return compile_gan(generator, networks.build_discriminator("benchmark", SEED, precision))


def build_with_discriminator(
    precision: str,
    plane: bool = True,
    product: bool = True,
    dropout: float = DROPOUT,
    normalize: bool = False,
) -> Gan:
    """Build ours with another discriminator.

    plane: the label is a second plane of the image.
    product: the label is in an inner product with the image's features.
    dropout: the rate; 0 for none.
    normalize: with BatchNormalization.
    """
    streams.seed_initial_weights(SEED, streams.DISCRIMINATOR)
    image = values = keras.Input((28, 28, 1), name="image")
    label = keras.Input((1,), dtype="int32", name="label")
    with default_precision(precision):
        if plane:
            label_plane = layers.Dense(28 * 28)(embed(label, networks.LABEL_SIZE))
            values = layers.Concatenate()([image, layers.Reshape((28, 28, 1))(label_plane)])
        for filters in (32, 64):
            normalize_here = normalize and filters == 64  # not after the first layer (Radford et al. 2016, section 3)
            values = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=not normalize_here)(values)
            values = layers.BatchNormalization()(values) if normalize_here else values
            values = layers.LeakyReLU(negative_slope=networks.SLOPE)(values)
            values = layers.Dropout(dropout)(values) if dropout else values
        features = layers.Dense(networks.FEATURES)(layers.Flatten()(values))
        features = layers.LeakyReLU(negative_slope=networks.SLOPE)(features)
        validity = layers.Dense(1)(features)
        if product:
            dot = layers.Dot(1)([features, embed(label, networks.FEATURES)])
            validity = layers.Add(dtype="float32")([validity, dot])
        validity = layers.Activation("sigmoid", dtype="float32")(validity)
    discriminator = keras.Model([image, label], validity, name="discriminator_other")
    return compile_gan(networks.build_generator("benchmark", SEED, precision), discriminator)


def embed(label: keras.KerasTensor, size: int) -> keras.KerasTensor:
    """Return a label (n, 1) as a learned vector (n, size)."""
    return layers.Flatten()(layers.Embedding(CLASS_COUNT, size)(label))


@contextmanager
def default_precision(precision: str) -> Iterator[None]:
    """Within the block, layers without a dtype of their own compute in `precision`."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def with_rates(gan: Gan, generator: float, discriminator: float) -> Gan:
    """Return `gan` with these learning rates."""
    gan.combined.optimizer.learning_rate = generator
    gan.discriminator.optimizer.learning_rate = discriminator
    return gan


class Recipe(NamedTuple):
    """How a GAN is built and trained; both learning rates are halved every `halved_every` updates."""

    build: Callable[[str], Gan]
    batch_size: int = 64
    halved_every: int | None = HALVED_EVERY


RECIPES = {
    "ours": Recipe(build_ours),
    "auxiliary": Recipe(build_auxiliary),
    "dense": Recipe(build_dense, 32, None),
    "constant": Recipe(build_ours, halved_every=None),
    "constant-no-dropout": Recipe(partial(build_with_discriminator, dropout=0.0), halved_every=None),
    "generator-plane": Recipe(build_with_label_plane),
    "plane": Recipe(partial(build_with_discriminator, product=False)),
    "product": Recipe(partial(build_with_discriminator, plane=False)),
    "no-dropout": Recipe(partial(build_with_discriminator, dropout=0.0)),
    "normalized": Recipe(partial(build_with_discriminator, normalize=True)),
    "slower": Recipe(lambda precision: with_rates(build_ours(precision), 2e-4, 2e-4)),
    "faster": Recipe(lambda precision: with_rates(build_ours(precision), 1e-3, 1e-3)),
    "faster-discriminator": Recipe(lambda precision: with_rates(build_ours(precision), 5e-4, 1e-3)),
    "batch-32": Recipe(build_ours, 32),
    "batch-128": Recipe(build_ours, 128),
}


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--dataset", choices=DATASETS, default="mnist")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=["ours", "dense"])
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--updates", type=int)
    return parser.parse_args()


if __name__ == "__main__":
    main()
