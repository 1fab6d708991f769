"""The command-line options of every command but `assignment lab`."""

from __future__ import annotations

import argparse
import math
from dataclasses import fields
from typing import Any

from assignment.practices.recipes import RECIPES
from assignment.settings.checking import CheckSettings
from assignment.settings.exploring import ExploreSettings
from assignment.settings.measuring import MakeJudgesSettings
from assignment.settings.parser import FOLDER, NUMBER, SWITCH, WHOLE_NUMBER, choice
from assignment.settings.samples import SampleSettings
from assignment.settings.submitting import SubmitSettings
from assignment.settings.tracks import (
    DATA_CHOICES,
    DATASETS,
    NETWORKS,
    OUTPUTS,
    PRECISIONS,
    TRACKS,
    ConditionalSettings,
    FashionSettings,
    LectureSettings,
    Settings,
)


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every track has."""
    # No option has a default here: options that are not given stay out of the namespace, and the settings have the
    # sheets' numbers as defaults.
    add = parser.add_argument
    defaults = FashionSettings
    add("--firstname", required=True, metavar="NAME", help="your first name; file names include it")
    quick_times = "; ".join(f"{name}: {_describe_quick(track)}" for name, track in TRACKS.items())
    add(
        "--quick",
        action="store_true",
        help=f"train briefly, as a first try of all eight steps. On one processor core, {quick_times}",
    )
    add("--epochs", **WHOLE_NUMBER, help=f"epochs to train (trousers: {defaults.epochs}, from the sheet)")
    add("--batch-size", **WHOLE_NUMBER, help=f"images in one update (trousers: {defaults.batch_size}, from the sheet)")
    add("--grid-every", **WHOLE_NUMBER, help=f"epochs between grids (trousers: {defaults.grid_every}, from the sheet)")
    add(
        "--checkpoint-every", **WHOLE_NUMBER, help=f"epochs between checkpoints (trousers: {defaults.checkpoint_every})"
    )
    add("--fresh", **SWITCH, help="start over instead of continuing what an earlier run left")
    add("--finish", **SWITCH, help="write all results of what is trained so far, without training further")
    add(
        "--seed",
        **WHOLE_NUMBER,
        help="the same seed gives the same weights (default: a number that follows from the first name)",
    )
    add(
        "--precision",
        **choice(PRECISIONS),
        help="auto (the default) selects mixed_bfloat16 if the processor has instructions for it, otherwise float32",
    )
    add(
        "--data",
        **choice(DATA_CHOICES),
        help="auto (the default): real images if available, otherwise a drawn stand-in; real: never the stand-in;"
        " standin: only the stand-in",
    )
    add(
        "--data-dir",
        **FOLDER,
        help="the folder with the images, in any layout of docs/data.md (default: the environment variable"
        " ASSIGNMENT_DATA_DIR)",
    )
    add("--outputs-dir", **FOLDER, help=f"where figures and records go (default {defaults.outputs_dir})")
    add("--models-dir", **FOLDER, help=f"where the .h5 files go (default {defaults.models_dir})")
    add(
        "--evaluation",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="measure the generator with a judge (default: on for real images, off for the stand-in, whose judge is"
        " trained first)",
    )
    add(
        "--practice",
        action="append",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="train with a practice that `assignment practices` lists; can be given several times",
    )
    add(
        "--recipe",
        **choice(RECIPES),
        help="sheet (the default): the sheet's recipe; tuned (trousers only): with the practices that gave the best"
        " images (docs/practices.md)",
    )
    add(
        "--held-out",
        **WHOLE_NUMBER,
        help="trousers: leave out this many of the 7,000 images, to see whether the discriminator memorizes the others"
        " (default 0, as in the sheet; 700 is a tenth)",
    )
    add("--show", **SWITCH, help="also open the figures in windows")


def add_track_options(parser: argparse.ArgumentParser) -> None:
    """Add --track, and the options that only some tracks have."""
    add = parser.add_argument
    lecture = LectureSettings
    track_defaults = "; ".join(f"{name}: {_describe_defaults(track)}" for name, track in TRACKS.items())
    add(
        "--track",
        choices=tuple(TRACKS),
        default=FashionSettings.TRACK,
        help=f"which GAN (default {FashionSettings.TRACK}). Defaults of each track: {track_defaults}",
    )
    add(
        "--dataset",
        **choice(DATASETS),
        help=f"conditional and lecture: the images (default {ConditionalSettings.dataset} and {lecture.dataset})",
    )
    add(
        "--outputs",
        **choice(OUTPUTS),
        help="conditional: the outputs of the discriminator. validity (the default): real or generated, with the label"
        " as an input; validity+class: it also predicts the class (an auxiliary classifier)",
    )
    add("--network", **choice(NETWORKS), help=f"lecture: which of the notebook's GANs (default {lecture.network})")
    add(
        "--filters",
        metavar="N,N",
        default=argparse.SUPPRESS,
        help="lecture: filters of the DCGAN's discriminator; the generator uses them in reverse"
        f" (default {lecture.filters})",
    )
    add(
        "--kernel",
        **WHOLE_NUMBER,
        help=f"lecture: window of the DCGAN's convolutions, in pixels (default {lecture.kernel})",
    )
    add(
        "--extra-layers",
        **WHOLE_NUMBER,
        help=f"lecture: additional convolutions at 7x7 in both DCGAN networks (default {lecture.extra_layers})",
    )
    add(
        "--label-smoothing",
        **NUMBER,
        help="lecture: real images have the target 1 - X (default 0; the notebook tries 0.1)",
    )


def _describe_quick(track: type[Settings]) -> str:
    epochs = track.QUICK["epochs"]
    minutes = math.ceil(epochs * track.EPOCH_SECONDS / 60)
    return f"{epochs} epoch{'s' if epochs > 1 else ''} in about {minutes} min"


def _describe_defaults(track: type[Settings]) -> str:
    default = {field.name: field.default for field in fields(track)}
    return (
        f"{default['epochs']} epochs, batch size {default['batch_size']}, a grid every {default['grid_every']}, a"
        f" checkpoint every {default['checkpoint_every']}"
    )


def add_sample_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment sample`."""
    add = parser.add_argument
    defaults = SampleSettings
    add("--firstname", required=True, metavar="NAME", help="the first name that the generator was trained with")
    add("--track", **choice(tuple(TRACKS)), help=f"the track that it was trained in (default {defaults.track})")
    labels = parser.add_mutually_exclusive_group()
    common: dict[str, Any] = {"dest": "labels", "default": argparse.SUPPRESS}
    labels.add_argument("--label", **common, metavar="LABEL", help="one class, by number (from 0) or name")
    labels.add_argument("--labels", **common, metavar="LABELS", help="several, as in 0-9 or 1,3,Bag (default: all)")
    add("--count", **WHOLE_NUMBER, help=f"images of each class (default {defaults.count})")
    add("--seed", **WHOLE_NUMBER, help=f"the same seed draws the same images (default {defaults.seed})")
    add("--outputs-dir", **FOLDER, help=f"where the picture and the arrays go (default {defaults.outputs_dir})")
    add("--models-dir", **FOLDER, help=f"where the .h5 files are (default {defaults.models_dir})")


def add_explore_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment explore`."""
    add = parser.add_argument
    defaults = ExploreSettings
    add("--firstname", required=True, metavar="NAME", help="the first name that the generator was trained with")
    add("--track", **choice(tuple(TRACKS)), help=f"the track that it was trained in (default {defaults.track})")
    add(
        "--discriminator",
        **SWITCH,
        help="the page also has the discriminator, and shows its output for each image; that of the assignment makes it"
        " 18 MB larger",
    )
    add("--epochs", **SWITCH, help="the page also shows how the images developed from grid to grid; takes no number")
    add(
        "--outputs-dir",
        **FOLDER,
        help=f"where the run's folder is, into which the page goes (default {defaults.outputs_dir})",
    )
    add("--models-dir", **FOLDER, help=f"where the .h5 files are (default {defaults.models_dir})")


def add_measure_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment measure`."""
    add = parser.add_argument
    add("file", nargs="?", metavar="FILE", default=argparse.SUPPRESS, help="the .h5 file of a generator")
    add(
        "--firstname",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="the first name that it was trained with, in place of FILE",
    )
    add(
        "--track",
        **choice(tuple(TRACKS)),
        help=f"the track that it was trained in (default: {FashionSettings.TRACK} for --firstname, any for FILE)",
    )
    add(
        "--gan-train",
        **SWITCH,
        help="also train a classifier on generated images and test it on real ones (GAN-train), and the reverse"
        " (GAN-test); for generators that take labels",
    )
    add(
        "--data-dir",
        **FOLDER,
        help="the folder with the real images that it learned, as for a run (default: the environment variable"
        " ASSIGNMENT_DATA_DIR)",
    )
    add(
        "--models-dir",
        **FOLDER,
        help=f"where the .h5 files are (default {FashionSettings.models_dir}); not with FILE",
    )


def add_check_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment check`."""
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="the .h5 or .keras file of a generator or a discriminator")
    add(
        "--track",
        **choice(tuple(TRACKS)),
        help=f"the sheet to compare with (default {CheckSettings.track})",
    )
    add("--json", **SWITCH, help="print the answers as JSON")
    add(
        "--repair",
        metavar="NEW",
        default=argparse.SUPPRESS,
        help="write the network to this new .h5 file, so that today's Keras loads it, and compare the outputs",
    )
    add(
        "--measure",
        **SWITCH,
        help="also measure each generator with the judge, as `assignment measure` does, and draw twelve of its images",
    )
    add(
        "--data-dir",
        **FOLDER,
        help="for --measure: the folder with the real images (default: the environment variable ASSIGNMENT_DATA_DIR)",
    )
    add(
        "--outputs-dir",
        **FOLDER,
        help=f"for --measure: where the folder check goes (default {FashionSettings.outputs_dir})",
    )


def add_submit_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment submit`."""
    add = parser.add_argument
    add("--firstname", required=True, metavar="NAME", help="the first name of the run")
    add("--track", **choice(tuple(TRACKS)), help=f"the track of the run (default {SubmitSettings.track})")
    add("--anyway", **SWITCH, help="submit although something is missing or differs from the sheet")
    add(
        "--max-mb",
        **NUMBER,
        help="megabytes that the ZIP file may have; the animation, the report and the largest figures are left out"
        " until it fits",
    )
    add(
        "--outputs-dir",
        **FOLDER,
        help=f"where the run's figures and records are (default {SubmitSettings.outputs_dir})",
    )
    add("--models-dir", **FOLDER, help=f"where the .h5 files are (default {SubmitSettings.models_dir})")


def add_grade_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `assignment grade`."""
    add = parser.add_argument
    add("folder", metavar="FOLDER", help="the folder with the submissions, or the ZIP file of Canvas or Moodle")
    add("--out", required=True, metavar="FOLDER", help="where the grades, pages and results go")
    add(
        "--rubric",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="which checks give how many points, as in docs/teaching.md (default: the one of the track)",
    )
    add("--track", **choice(tuple(TRACKS)), help=f"the sheet (default {FashionSettings.TRACK})")
    add(
        "--fill",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="a gradebook of Canvas or a grading worksheet of Moodle; a copy with the grades goes to OUT",
    )
    add(
        "--column",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="the assignment in a gradebook of Canvas, by title or number, if it has several",
    )
    add("--overwrite", **SWITCH, help="with --fill, replace grades that the gradebook has already")
    add(
        "--measure",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="measure the generators with the judge (default: on)",
    )
    add("--jobs", **WHOLE_NUMBER, help="submissions to examine at the same time (default: one for each processor)")
    add(
        "--data-dir",
        **FOLDER,
        help="the folder with the real images, as for a run (default: the environment variable ASSIGNMENT_DATA_DIR)",
    )


def add_judge_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m assignment.evaluation.make_judges`."""
    add = parser.add_argument
    add("--data-dir", required=True, metavar="FOLDER", help="the folder with the real images, as for a run")
    add("--dataset", **choice(DATASETS), help="train only the judge of these images")
    add("--seed", **WHOLE_NUMBER, help=f"seed of the training (default {MakeJudgesSettings.seed})")
    add("--outputs-dir", **FOLDER, help=f"where the folder judges goes (default {MakeJudgesSettings.outputs_dir})")
