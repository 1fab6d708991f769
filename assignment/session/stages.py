"""The stages that every track has, as the person sees them: its images, its networks, its proof, what it saves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from matplotlib.figure import Figure

from assignment.data import sources
from assignment.data.dataset import TRAINING, Dataset, scaled
from assignment.data.sources import Source
from assignment.session.examiner import Exam
from assignment.session.run import Run
from assignment.training.description import compiled_as
from assignment.training.export import Facts, export_pair
from assignment.training.gan import Gan
from assignment.training.proof import Movement


def load_images(source: Source, run: Run) -> tuple[Dataset, Run]:
    """Load what the run's settings ask for and say where it came from; the run returned knows it, too."""
    dataset = sources.load(source, run.settings.data, run.settings.data_dir)
    provenance = dataset.provenance
    run = run.on(provenance)
    if provenance.is_standin:
        run.screen.warn(
            "Not the real images",
            f"The images are {provenance.source}. This run learns from a drawn stand-in, not {source.title}; its"
            " figures say so and are not fit to hand in. The real images come with --data auto once there is a network,"
            " or from their folder with --data-dir.",
        )
    else:
        run.screen.say(f"  {provenance.caption}, from {provenance.source}; checked: {provenance.checked}")
    return dataset, run


class TrainingImages(NamedTuple):
    """The training images of a data set, float32 (60000, 28, 28, 1) in [-1, 1], and their labels uint8 (60000,).

    `source` and `dataset` are where they are from, the test images among them.
    """

    images: np.ndarray
    labels: np.ndarray
    source: Source
    dataset: Dataset

    @property
    def classes(self) -> tuple[str, ...]:
        return self.source.classes

    def exam(self, facts: Facts, asked: bool) -> Exam:
        """The exam on the test images, which neither the generator nor its judge has learned from."""
        test = slice(TRAINING, None)
        images, labels = scaled(self.dataset.images[test, ..., np.newaxis]), self.dataset.labels[test]
        return Exam(self.source, self.dataset, images, labels, self.images, asked, facts)


def load_training_images(source: Source, run: Run) -> tuple[TrainingImages, Run]:
    """The training images of `source`, and the run that knows where they came from."""
    dataset, run = load_images(source, run)
    images = scaled(dataset.images[:TRAINING, ..., np.newaxis])
    labels = dataset.labels[:TRAINING]
    run.screen.say(f"  images {images.shape} in [-1, 1], labels {labels.shape}: {', '.join(source.classes)}")
    return TrainingImages(images, labels, source, dataset), run


def facts_of(run: Run, classes: Sequence[str] = ()) -> Facts:
    """What a network's file tells of its run; `classes` are what the generator can be asked for."""
    settings = run.settings
    return Facts(
        settings.TRACK,
        settings.firstname,
        settings.seed,
        run.provenance.caption,
        tuple(classes),
        practices=settings.practice,
    )


def show_networks(
    run: Run,
    build_generator: Callable[..., keras.Model],
    build_discriminator: Callable[..., keras.Model],
    sample: Callable[[keras.Model], np.ndarray],
    draw: Callable[[np.ndarray, str, str], Figure],
) -> tuple[keras.Model, keras.Model]:
    """Steps 3 to 5: build and show the generator, what it draws untrained, and the discriminator.

    Both are built of (first name, seed, precision); `sample` takes a generator's images and `draw` makes a figure of
    (images, title, caption).
    """
    settings = run.settings
    run.screen.step(3, "Build the generator model of the GAN")
    generator = run.mixture.generator(build_generator(settings.firstname, settings.seed, run.precision))
    run.present(generator, run.workspace.generator_diagram)

    run.screen.step(4, "Sample the untrained generator")
    images = sample(generator)
    run.keep(
        draw(images, f"{len(images)} samples of the untrained generator", run.caption), run.workspace.untrained_samples
    )

    run.screen.step(5, "Build the discriminator model of the GAN")
    discriminator = run.mixture.discriminator(build_discriminator(settings.firstname, settings.seed, run.precision))
    run.present(discriminator, run.workspace.discriminator_diagram)
    return generator, discriminator


def say_compiled(gan: Gan, run: Run) -> None:
    """Say by which losses and optimizers the two compiled models are trained."""
    for name, model in (("discriminator", gan.discriminator), ("combined", gan.combined)):
        run.screen.say(f"  {name}: {compiled_as(model)}")


def show_proof(proof: Sequence[Movement], run: Run, claim: str = "The freeze holds") -> Sequence[Movement]:
    """Show which network's weights moved in which phase."""
    run.screen.table(
        f"{claim}: each update moves its own network and no other (tried and undone; SHA-256)",
        ("update of", "trained weights of", "hash before", "hash after", "moved"),
        [(step.phase, step.network, step.before, step.after, "yes" if step.moved else "no") for step in proof],
    )
    return proof


def save_networks(gan: Gan, run: Run, classes: Sequence[str] = ()) -> None:
    """Step 8: save both networks, read them back and say so; `classes` are what the generator can be asked for."""
    run.screen.step(8, "Save the GAN model")
    say_saved(export_pair(gan, run.workspace.models, facts_of(run, classes)), run)


def say_saved(paths: Iterable[Path], run: Run) -> None:
    """Say which networks were saved."""
    for path in paths:
        run.screen.say(f"  wrote {path} (float32, read back and compared)")
