"""How well conditional GANs obey after the same seconds of training on the same machine, by a judge of our own.

    python benchmarks/conditional.py --data-dir FOLDER [--dataset mnist] [--seconds 1800] [--recipes ours dense]
    python benchmarks/conditional.py --data-dir FOLDER --updates 4500 --recipes ours plane product auxiliary ...
    python benchmarks/conditional.py --data-dir FOLDER --models models/conditional_generator_model_ana.h5 ...

The first trains the recipes in turns of ten seconds, so that whatever else the machine does slows all of them alike.
The second gives each the same updates, whatever they take. The third trains nothing and judges what was exported.
The judge is that of every run, trained first where it does not stand yet; its accuracy on the test images is printed,
then what it says of real training images, as if they were generated.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment import runtime

runtime.start_tensorflow()

import keras  # noqa: E402, after TensorFlow was told how to start
from keras import layers  # noqa: E402

from assignment.conditional import networks  # noqa: E402
from assignment.conditional.compiling import HALVED_EVERY, compile_gan  # noqa: E402
from assignment.data import sources  # noqa: E402
from assignment.data.dataset import scaled  # noqa: E402
from assignment.evaluation.judge import Judge  # noqa: E402
from assignment.evaluation.judge_store import judge_of  # noqa: E402
from assignment.evaluation.metrics import agreement, frechet_distance, precision_and_recall  # noqa: E402
from assignment.settings.tracks import DATASETS, PRECISIONS  # noqa: E402
from assignment.training import streams  # noqa: E402
from assignment.training.gan import Gan  # noqa: E402
from assignment.training.schedules import halving  # noqa: E402
from assignment.training.steps import compiled_update  # noqa: E402

SEED = 1
TURN = 10.0  # seconds
MARKS = (60, 150, 300, 600, 900, 1200, 1800, 2700, 3600)  # seconds of training after which a recipe is judged
UPDATE_MARKS = (2000, 4500, 9000, 13500, 18000, 22500, 27000)
COMPARED = 5_000  # images on either side for precision and recall, which take every pair of them
AT_A_TIME = 500  # images
COLUMNS = ("recipe", "seconds", "updates", "agreement", "worst class", "distance", "precision", "recall")
HEAD = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


class Recipe:
    """A conditional GAN in training, one update at a time, and the seconds it has had."""

    def __init__(self, name: str, precision: str, images: np.ndarray, labels: np.ndarray):
        self.name, self._plan = name, RECIPES[name]
        self.gan = self._plan.make(precision)
        self.seconds, self.updates = 0.0, 0
        self._going = self._train(images, labels)
        next(self._going)  # traced: that is not training

    def step(self) -> None:
        started = time.perf_counter()
        next(self._going)
        self.seconds += time.perf_counter() - started
        self.updates += 1

    def _train(self, images: np.ndarray, labels: np.ndarray) -> Iterator[None]:
        update, size = compiled_update(self.gan), self._plan.batch_size
        if self._plan.halved_every:
            update = halving(update, self.gan, self._plan.halved_every)
        for epoch in count(1):
            order = streams.image_order(SEED, epoch, len(images))
            for number in range(len(images) // size):
                chosen = order[number * size : (number + 1) * size]
                noise = streams.training_noise(SEED, epoch, number, size, networks.LATENT_DIM)
                asked = streams.training_labels(SEED, epoch, number, size, networks.CLASSES)
                update(images[chosen], noise, labels[chosen], asked)
                yield


def main() -> None:
    options = parsed()
    source = sources.SOURCES[options.dataset]
    dataset = sources.load(source, "real", options.data_dir)
    images = scaled(dataset.images[..., np.newaxis])
    labels = dataset.labels.astype(np.int32)
    kept = judge_of(source.name, dataset, lambda: nullcontext(lambda share: None))
    judge = Jury(kept.judge, images[60_000:])
    print(f"{source.title}: the judge recognises {kept.facts['accuracy']:.4f} of the test images\n\n{HEAD}", flush=True)
    report(judge, "real images", partial(real_images_of, images[:60_000], labels[:60_000]))
    if options.models:
        for path in options.models:
            report(judge, path.name, partial(generated, keras.models.load_model(path, compile=False)))
        return
    precision = runtime.resolve_precision(options.precision)
    recipes = [Recipe(name, precision, images[:60_000], labels[:60_000, np.newaxis]) for name in options.recipes]
    if options.updates:
        for recipe in recipes:
            while recipe.updates < options.updates:
                recipe.step()
                if recipe.updates in UPDATE_MARKS or recipe.updates == options.updates:
                    report(judge, recipe.name, partial(generated, recipe.gan.generator), recipe)
        return
    for mark in [mark for mark in MARKS if mark < options.seconds] + [options.seconds]:
        while any(recipe.seconds < mark for recipe in recipes):
            for recipe in recipes:
                until = min(recipe.seconds + TURN, mark)
                while recipe.seconds < until:
                    recipe.step()
        for recipe in recipes:
            report(judge, recipe.name, partial(generated, recipe.gan.generator), recipe)


class Jury:
    """A judge, and all test images as it sees them."""

    def __init__(self, judge: Judge, test_images: np.ndarray):
        self._judge, self._real = judge, judge.read(test_images).features

    def judge(self, draw: Callable[[np.ndarray], np.ndarray], count: int = 10_000) -> Verdict:
        """Judge what `draw` makes of labels int32 (count, 1), which are of every class as often."""
        asked = np.arange(count, dtype=np.int32) % networks.CLASSES
        fake = self._judge.read(draw(asked[:, np.newaxis]))
        shares = agreement(asked, fake.classes, networks.CLASSES)
        precision, recall = precision_and_recall(self._real[:COMPARED], fake.features[:COMPARED])
        distance = frechet_distance(self._real, fake.features)
        return Verdict(float(shares.mean()), float(shares.min()), distance, precision, recall)


class Verdict(NamedTuple):
    """What a judge says of a generator.

    `agreement` is the share of images recognised as the class that was asked for, and `worst` that of the class where
    it is lowest; `distance` is the Fréchet distance in the judge's features (not the published FID); `precision` and
    `recall` are those of k-nearest neighbours.
    """

    agreement: float
    worst: float
    distance: float
    precision: float
    recall: float


def report(judge: Jury, name: str, draw: Callable[[np.ndarray], np.ndarray], recipe: Recipe | None = None) -> None:
    verdict = judge.judge(draw)
    trained = (f"{recipe.seconds:.0f}", str(recipe.updates)) if recipe else ("", "")
    print(
        f"| {name} | {trained[0]} | {trained[1]} | {verdict.agreement:.4f} | {verdict.worst:.3f} |"
        f" {verdict.distance:.1f} | {verdict.precision:.2f} | {verdict.recall:.2f} |",
        flush=True,
    )


def generated(generator: keras.Model, asked: np.ndarray) -> np.ndarray:
    noise = streams.later_noise(SEED, 0, len(asked), networks.LATENT_DIM)
    return generator.predict([noise, asked], batch_size=AT_A_TIME, verbose=0)


def real_images_of(images: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The first real images (n, 28, 28, 1) of the classes that are asked for, int (n, 1), each once."""
    of_class = [iter(np.flatnonzero(labels == label)) for label in range(networks.CLASSES)]
    return images[[next(of_class[label]) for label in asked[:, 0]]]


def ours(precision: str) -> Gan:
    return compile_gan(
        networks.build_generator("benchmark", SEED, precision),
        networks.build_discriminator("benchmark", SEED, precision),
    )


def auxiliary(precision: str) -> Gan:
    return compile_gan(
        networks.build_generator("benchmark", SEED, precision),
        networks.build_auxiliary_discriminator("benchmark", SEED, precision),
    )


def dense(precision: str) -> Gan:
    """The dense conditional GAN that most tutorials teach (Keras-GAN's cgan.py), its freeze repaired.

    In float32 whatever `precision` is, as those tutorials have it.
    """
    streams.seed_initial_weights(SEED, streams.GENERATOR)
    noise = keras.Input((100,), name="noise")
    label = keras.Input((1,), dtype="int32", name="label")
    values = layers.Multiply()([noise, layers.Flatten()(layers.Embedding(10, 100)(label))])
    for units in (256, 512, 1024):
        values = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(units)(values))
        values = layers.BatchNormalization(momentum=0.8)(values)
    image = layers.Reshape((28, 28, 1))(layers.Dense(784, activation="tanh")(values))
    generator = keras.Model([noise, label], image, name="generator_dense")

    streams.seed_initial_weights(SEED, streams.DISCRIMINATOR)
    image = keras.Input((28, 28, 1), name="image")
    values = layers.Multiply()([layers.Flatten()(image), layers.Flatten()(layers.Embedding(10, 784)(label))])
    values = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(512)(values))
    for _ in range(2):
        values = layers.Dropout(0.4)(layers.LeakyReLU(negative_slope=0.2)(layers.Dense(512)(values)))
    validity = layers.Dense(1, activation="sigmoid")(values)
    gan = compile_gan(generator, keras.Model([image, label], validity, name="discriminator_dense"))
    return at_rates(gan, 2e-4, 2e-4)  # what cgan.py has


def with_generator(precision: str) -> Gan:
    """Ours with the label as one plane more beside the noise's 64, as most conditional generators have it."""
    streams.seed_initial_weights(SEED, streams.GENERATOR)
    noise = keras.Input((networks.LATENT_DIM,), name="noise")
    label = keras.Input((1,), dtype="int32", name="label")

    def normalised(values):
        return layers.ReLU()(layers.BatchNormalization()(values))

    with inner_layers_in(precision):
        values = normalised(layers.Dense(7 * 7 * 64, use_bias=False)(noise))
        plane = layers.Dense(7 * 7)(layers.Flatten()(layers.Embedding(10, networks.LABEL_SIZE)(label)))
        values = layers.Concatenate()([layers.Reshape((7, 7, 64))(values), layers.Reshape((7, 7, 1))(plane)])
        for filters in (64, 32):
            values = layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(values)
            values = normalised(values)
        image = layers.Conv2D(1, 3, padding="same", activation="tanh", dtype="float32")(values)
    generator = keras.Model([noise, label], image, name="generator_other")
    return compile_gan(generator, networks.build_discriminator("benchmark", SEED, precision))


def with_discriminator(
    precision: str,
    plane: bool = True,
    product: bool = True,
    dropout: float = networks.DROPOUT,
    normalised: bool = False,
) -> Gan:
    """Ours with another discriminator."""
    streams.seed_initial_weights(SEED, streams.DISCRIMINATOR)
    image = values = keras.Input((28, 28, 1), name="image")
    label = keras.Input((1,), dtype="int32", name="label")
    with inner_layers_in(precision):
        if plane:
            beside = layers.Dense(28 * 28)(layers.Flatten()(layers.Embedding(10, networks.LABEL_SIZE)(label)))
            values = layers.Concatenate()([image, layers.Reshape((28, 28, 1))(beside)])
        for filters in (32, 64):
            inner = normalised and filters == 64  # not on the image itself (Radford et al. 2016, section 3)
            values = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=not inner)(values)
            values = layers.BatchNormalization()(values) if inner else values
            values = layers.LeakyReLU(negative_slope=networks.SLOPE)(values)
            values = layers.Dropout(dropout)(values) if dropout else values
        features = layers.Dense(networks.FEATURES)(layers.Flatten()(values))
        features = layers.LeakyReLU(negative_slope=networks.SLOPE)(features)
        validity = layers.Dense(1)(features)
        if product:
            wanted = layers.Flatten()(layers.Embedding(10, networks.FEATURES)(label))
            validity = layers.Add(dtype="float32")([validity, layers.Dot(1)([features, wanted])])
        validity = layers.Activation("sigmoid", dtype="float32")(validity)
    discriminator = keras.Model([image, label], validity, name="discriminator_other")
    return compile_gan(networks.build_generator("benchmark", SEED, precision), discriminator)


@contextmanager
def inner_layers_in(precision: str) -> Iterator[None]:
    """Within the block layers that name no dtype compute in `precision`, as ours do."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def at_rates(gan: Gan, generator: float, discriminator: float) -> Gan:
    gan.combined.optimizer.learning_rate = generator
    gan.discriminator.optimizer.learning_rate = discriminator
    return gan


class Plan(NamedTuple):
    """How a recipe is made, in which batches it is trained, and after how many updates its rates are half."""

    make: Callable[[str], Gan]
    batch_size: int = 64
    halved_every: int | None = HALVED_EVERY


RECIPES = {
    "ours": Plan(ours),
    "auxiliary": Plan(auxiliary),
    "dense": Plan(dense, 32, None),
    "constant": Plan(ours, halved_every=None),
    "constant-no-dropout": Plan(partial(with_discriminator, dropout=0.0), halved_every=None),
    "generator-plane": Plan(with_generator),
    "plane": Plan(partial(with_discriminator, product=False)),
    "product": Plan(partial(with_discriminator, plane=False)),
    "no-dropout": Plan(partial(with_discriminator, dropout=0.0)),
    "normalised": Plan(partial(with_discriminator, normalised=True)),
    "slower": Plan(lambda precision: at_rates(ours(precision), 2e-4, 2e-4)),
    "faster": Plan(lambda precision: at_rates(ours(precision), 1e-3, 1e-3)),
    "faster-discriminator": Plan(lambda precision: at_rates(ours(precision), 5e-4, 1e-3)),
    "batch-32": Plan(ours, 32),
    "batch-128": Plan(ours, 128),
}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--dataset", choices=DATASETS, default="mnist")
    parser.add_argument("--precision", choices=PRECISIONS, default="auto")
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=["ours", "dense"])
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--updates", type=int)
    parser.add_argument("--models", nargs="+", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
