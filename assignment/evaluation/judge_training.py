"""Training of a judge's network, with images that are shifted and flipped at random."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import NamedTuple

import keras
import numpy as np

from assignment import runtime
from assignment.data.dataset import TRAINING_IMAGES, Dataset, scale_pixels
from assignment.data.idx import md5
from assignment.evaluation.judge import Judge, build_classifier
from assignment.evaluation.judge_files import JudgeFacts, StoredJudge

CODE_VERSION = 3  # of the judge's network and training; judges of other versions are trained again
BATCH_SIZE = 128
# Peak rate of AdamW. The rate rises from a twentieth of it during the first two epochs (at most a quarter of the
# training), since it is too large for the first updates, then falls to 0 along a cosine.
PEAK_LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.02  # five times Keras' default, against memorizing; not tuned
SEED = 0  # of the judges that come with the program, and of those that are trained here


class Recipe(NamedTuple):
    """How a classifier is trained.

    epochs: passes over the images.
    shift: the largest random shift along each axis, in pixels.
    flips: whether half of the images, at random, are mirrored.
    """

    epochs: int
    shift: int = 0
    flips: bool = False


def train_classifier(
    images: np.ndarray,
    labels: np.ndarray,
    recipe: Recipe,
    seed: int = 0,
    on_progress: Callable[[float], None] = lambda share: None,
) -> keras.Model:
    """Train the judge's network on images float32 (n, 28, 28, 1) in [-1, 1] and their labels (n,).

    `on_progress` is called after every update with the share of the training that is done, in 0..1.
    """
    classifier = build_classifier(seed)
    batches = max(len(images) // BATCH_SIZE, 1)  # an incomplete batch is left out; its images differ in every epoch
    updates = recipe.epochs * batches
    warm_up = min(2 * batches, updates // 4)
    learning_rate = keras.optimizers.schedules.CosineDecay(
        PEAK_LEARNING_RATE / 20, updates - warm_up, warmup_target=PEAK_LEARNING_RATE, warmup_steps=warm_up
    )
    classifier.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=keras.optimizers.AdamW(learning_rate, weight_decay=WEIGHT_DECAY),
    )
    random = np.random.default_rng(seed)
    done = 0
    for _ in range(recipe.epochs):
        epoch_images = augment(images, recipe, random)
        order = random.permutation(len(images))
        for batch in np.split(order[: batches * BATCH_SIZE], batches):
            classifier.train_on_batch(epoch_images[batch], labels[batch])
            done += 1
            on_progress(done / updates)
    return classifier


def augment(images: np.ndarray, recipe: Recipe, random: np.random.Generator) -> np.ndarray:
    """Return every image (n, 28, 28, 1) shifted and flipped at random; what enters at the border is black, -1."""
    count, shift = len(images), recipe.shift
    padded = np.pad(images[..., 0], ((0, 0), (shift, shift), (shift, shift)), constant_values=-1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (28, 28), axis=(1, 2))
    down, right = random.integers(0, 2 * shift + 1, (2, count))
    moved = windows[np.arange(count), down, right]  # (n, 28, 28), a copy
    if recipe.flips:
        flipped = random.random(count) < 0.5
        moved[flipped] = moved[flipped, :, ::-1]
    return moved[..., np.newaxis]


def train_judge(
    name: str,
    dataset: Dataset,
    recipe: Recipe,
    on_progress: Callable[[float], None] = lambda share: None,
    seed: int = SEED,
) -> StoredJudge:
    """Train a judge on the 60,000 training images of a data set, and test it on the 10,000 test images."""
    images, labels = scale_pixels(dataset.images[..., None]), dataset.labels
    started = time.perf_counter()
    judge = Judge(
        train_classifier(images[:TRAINING_IMAGES], labels[:TRAINING_IMAGES], recipe, seed, on_progress=on_progress)
    )
    facts = JudgeFacts(
        data=name,
        data_md5=dataset_md5(dataset),
        images=dataset.provenance.caption,
        code=CODE_VERSION,
        seed=seed,
        epochs=recipe.epochs,
        weights=judge.fingerprint(),
        accuracy=judge.accuracy(images[TRAINING_IMAGES:], labels[TRAINING_IMAGES:]),
        seconds=round(time.perf_counter() - started),
        made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        versions=runtime.versions(),
    )
    return StoredJudge(judge, facts)


def dataset_md5(dataset: Dataset) -> str:
    """Return the MD5 of all images and labels of a data set."""
    return md5(dataset.images.tobytes() + dataset.labels.tobytes())
