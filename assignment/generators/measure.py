"""`assignment measure`: prints all metrics of a saved generator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
from rich.console import Console

from assignment.data.sources import find_source
from assignment.errors import AssignmentError
from assignment.evaluation.comparison import DRAW_COUNT
from assignment.evaluation.gan_train import GanTrainScores
from assignment.evaluation.metrics import COPY_QUANTILE
from assignment.evaluation.scores import METRICS
from assignment.evaluation.verdicts import Verdict, image_verdicts
from assignment.foreign.metadata import ModelMetadata
from assignment.generators.files import check_given_file, check_trained, read_generator_metadata
from assignment.generators.saved import explained_errors, load_generator
from assignment.practices.choice import checked_practices
from assignment.practices.stack import PracticeStack
from assignment.session.measurement import Measurement, Measurer
from assignment.session.run import Run
from assignment.session.screen import Screen, plural
from assignment.session.track import Track
from assignment.settings.measuring import MeasureSettings
from assignment.settings.tracks import TRACKS, Settings, settings_from
from assignment.storage.workspace import Workspace


def measure(settings: MeasureSettings, load_track: Callable[[str], Track[Any]], screen: Screen) -> Measurement:
    """Measure the generator in a file as the end of its run does; print and return the metrics.

    load_track: returns a track by its name.
    Raises AssignmentError if the file is missing, damaged or another network, or if the real images are missing.
    """
    path = settings.path
    track = settings.expected_track
    if settings.file is None and track is not None:
        check_trained(path, track)
    else:
        check_given_file(path)
    metadata = read_generator_metadata(path, track)
    if settings.gan_train and not metadata.classes:
        raise AssignmentError(f"{path} takes no label, so --gan-train has nothing to train with; leave it out.")
    if metadata.seed is None or metadata.epoch is None:
        raise AssignmentError(f"{path} does not contain its seed and epoch; give a file that a run saved.")
    with explained_errors(path):
        generator = load_generator(path, metadata)
    screen.say(_describe(path, metadata))
    measurement = measure_generator(
        generator, path, metadata, load_track(metadata.track), screen, settings.data_dir, settings.gan_train
    )
    screen.say("  Whether the losses were stable and the images improved is in the report of its run, not in the file.")
    return measurement


def measure_generator(
    generator: keras.Model,
    path: Path,
    metadata: ModelMetadata,
    track: Track[Settings],
    screen: Screen,
    data_dir: Path | None = None,
    with_gan_train: bool = False,
) -> Measurement:
    """Measure a generator with the judge of the images that it learned; print and return the metrics.

    path: the generator's file, for messages.
    metadata: its seed and epoch determine the noise.
    Raises AssignmentError if the real images are missing, or its images have NaN or infinite values.
    """
    measurer = make_measurer(path, metadata, track, screen, data_dir)
    epoch = metadata.epoch or 0
    comparison = measurer.comparison
    screen.say(
        f"  {DRAW_COUNT} draws of {comparison.draw_size:,} generated images; each draw is compared with"
        f" {comparison.reference_size:,} real images"
    )
    with explained_errors(path), screen.working("measuring the generated images") as on_progress:
        measurement = measurer.measure(generator, epoch, on_progress)
    class_count = len(comparison.classes)
    answers = image_verdicts(measurement.scores, measurement.floor.scores, measurement.copying, class_count)
    _print(measurement, answers, screen)
    if with_gan_train:
        screen.say("  training a classifier on generated images; this takes one or two minutes on two cores")
        with screen.working("training a classifier") as on_progress:
            scores = measurer.measure_gan_train(generator, epoch, on_progress)
        _print_gan_train(scores, screen)
    return measurement


def _describe(path: Path, metadata: ModelMetadata) -> str:
    epochs = plural(metadata.epoch or 0, "epoch")
    practices = f", with {', '.join(metadata.practices)}" if metadata.practices else ""
    return (
        f"{path}\n  {metadata.firstname}'s {metadata.track} generator after {epochs}, seed {metadata.seed}{practices};"
        f" learned from: {metadata.images}"
    )


def make_measurer(
    path: Path, metadata: ModelMetadata, track: Track[Settings], screen: Screen, data_dir: Path | None = None
) -> Measurer:
    """Return what measures generators that learned the images named in `metadata`; this loads the images.

    path: the generator's file, for messages.
    Raises AssignmentError if the images are missing or unknown.
    """
    found = find_source(metadata.images)
    if found is None:
        raise AssignmentError(f"{path} learned from images that this version does not know: {metadata.images!r}.")
    source, is_standin = found
    settings_class = TRACKS[metadata.track]
    options: dict[str, Any] = {
        "firstname": metadata.firstname,
        "seed": metadata.seed,
        "data": "standin" if is_standin else "real",
        "data_dir": None if is_standin else data_dir,
    }
    if hasattr(settings_class, "dataset"):
        options["dataset"] = source.name
    settings = settings_from(settings_class, options)
    workspace = Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
    practices = PracticeStack(checked_practices(metadata.practices))
    quiet = Screen(Console(quiet=True))  # the track prints the results of step 1
    run = Run(settings, workspace, quiet, command="", precision="float32", practices=practices)
    data, run = track.load_data(run)
    if data.source is not source:
        raise AssignmentError(f"{path} learned from {source.title}, but the {metadata.track} track has other images.")
    if is_standin:
        ignored = "; --data-dir is not used" if data_dir else ""
        screen.say(f"  compared with the stand-in of {source.title}, which the program draws{ignored}")
    else:
        screen.say(f"  compared with {data.dataset.provenance.description}")
    return Measurer(replace(run, screen=screen), track.evaluation(data))


def _print(measurement: Measurement, answers: Sequence[Verdict], screen: Screen) -> None:
    scores, floor, copying = measurement
    rows = [
        (title, scores[name].format(decimals), f"{floor.scores[name].mean:.{decimals}f}")
        for name, (title, decimals) in METRICS.items()
        if name in scores
    ]
    rows += [
        ("copies of training images", f"{copying.copies:.3f}", f"{COPY_QUANTILE:.3f}"),
        ("distance to the nearest training image", f"{copying.nearest:.3f}", f"{copying.floor:.3f}"),
    ]
    screen.table("Metrics: mean (lowest to highest)", ("metric", "generated images", "real images"), rows)
    screen.say("  The judge FID is not comparable with published FIDs.")
    for verdict in answers:
        screen.say(f"  {verdict.question} {verdict.answer}")
        if verdict.answer != "yes":
            screen.say_wrapped(f"    {verdict.evidence}")


def _print_gan_train(scores: GanTrainScores, screen: Screen) -> None:
    screen.table(
        "Accuracies of classifiers",
        ("metric", "trained on", "tested on", "generator", "real images"),
        [
            (
                "GAN-train",
                "generated images",
                "real test images",
                f"{scores.gan_train:.3f}",
                f"{scores.real_train:.3f}",
            ),
            ("GAN-test", "real images", "generated images", f"{scores.gan_test:.3f}", f"{scores.real_test:.3f}"),
        ],
    )
