"""The options of every command, and what each may be given as text; `cli` parses with them."""

from __future__ import annotations

import argparse
from pathlib import Path

from assignment.errors import AssignmentError
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
    SampleSettings,
)


class Parser(argparse.ArgumentParser):
    """A parser that takes options as they are written out, and whose complaint is one sentence."""

    def __init__(self, **options):
        super().__init__(**options, allow_abbrev=False)

    def parse_args(self, *arguments):
        options, unknown = self.parse_known_args(*arguments)
        if unknown:
            command = getattr(options, "command", None)  # whose options they were taken for
            program = f"{self.prog} {command}" if command else self.prog
            raise AssignmentError(f"there is no {' '.join(unknown)} ({program} --help lists the options).")
        return options

    def error(self, message: str):
        raise AssignmentError(f"{message} ({self.prog} --help lists the options).")


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """What every run can be asked, of whatever track."""
    # Nothing is given a default here: what is not said is left to the settings, which hold the sheet's numbers.
    add = parser.add_argument
    whole, folder = common_kinds()
    switch = {"action": "store_true", "default": argparse.SUPPRESS}
    of = FashionSettings
    add("--firstname", required=True, metavar="NAME", help="your first name; it stands in the names of the models")
    add("--quick", action="store_true", help="a look at all eight steps in about a minute")
    add("--epochs", **whole, help=f"epochs to train (default {of.epochs}, as the sheet says)")
    add("--batch-size", **whole, help=f"images in an update (default {of.batch_size}, as the sheet says)")
    add("--grid-every", **whole, help=f"epochs between two grids (default {of.grid_every}, as the sheet says)")
    add("--checkpoint-every", **whole, help=f"epochs between two checkpoints (default {of.checkpoint_every})")
    add("--fresh", **switch, help="start over, in place of continuing what an earlier run left")
    add("--seed", **whole, help=f"the same seed gives the same weights (default {of.seed})")
    add(
        "--precision",
        choices=PRECISIONS,
        default=argparse.SUPPRESS,
        help="auto (the default) takes mixed_bfloat16 where the processor computes in it, else float32",
    )
    add(
        "--data",
        choices=DATA_CHOICES,
        default=argparse.SUPPRESS,
        help="auto (the default) takes the real images where they are to be had, else a drawn stand-in;"
        " real refuses the stand-in; standin asks for it",
    )
    add(
        "--data-dir",
        **folder,
        help="folder with fashion-mnist/ and mnist/, or one's four IDX files (else ASSIGNMENT_DATA_DIR)",
    )
    add("--outputs-dir", **folder, help=f"where figures and records go (default {of.outputs_dir})")
    add("--models-dir", **folder, help=f"where the .h5 files go (default {of.models_dir})")
    add(
        "--evaluation",
        action=argparse.BooleanOptionalAction,
        default=argparse.SUPPRESS,
        help="measure how good the generator is, by a judge that is trained once for each data set (the default, but"
        " for --quick)",
    )
    add(
        "--practice",
        action="append",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="train with a practice of `assignment practices`; may be given several times",
    )
    add("--show", **switch, help="also open the figures in windows")


def add_track_options(parser: argparse.ArgumentParser) -> None:
    """Which track, and what only some of them can be asked."""
    add, of = parser.add_argument, LectureSettings
    whole, _ = common_kinds()
    tracks = "; ".join(
        f"{name}: {track.epochs} epochs, batch size {track.batch_size}, a grid every {track.grid_every}, a checkpoint"
        f" every {track.checkpoint_every}"
        for name, track in TRACKS.items()
    )
    add(
        "--track",
        choices=tuple(TRACKS),
        default=FashionSettings.TRACK,
        help=f"which GAN (default {FashionSettings.TRACK}); their own defaults are: {tracks}",
    )
    add(
        "--dataset",
        choices=DATASETS,
        default=argparse.SUPPRESS,
        help=f"conditional and lecture: whose images (default {ConditionalSettings.dataset}, {of.dataset})",
    )
    add(
        "--outputs",
        choices=OUTPUTS,
        default=argparse.SUPPRESS,
        help="conditional: what the discriminator answers. validity (the default): it is told the label;"
        " validity+class: it has to say the class itself, an auxiliary classifier",
    )
    add(
        "--network",
        choices=NETWORKS,
        default=argparse.SUPPRESS,
        help=f"lecture: which of the notebook's GANs (default {of.network})",
    )
    add(
        "--filters",
        metavar="N,N",
        default=argparse.SUPPRESS,
        help=f"lecture: filters of the DCGAN's discriminator, which its generator walks back (default {of.filters})",
    )
    add("--kernel", **whole, help=f"lecture: window of the DCGAN's convolutions, in pixels (default {of.kernel})")
    add("--extra-layers", **whole, help="lecture: convolutions more at 7x7 in both of the DCGAN's networks (default 0)")
    add(
        "--label-smoothing",
        type=_number,
        metavar="SHARE",
        default=argparse.SUPPRESS,
        help="lecture: real images are asked for as 1 - SHARE (default 0; the notebook tries 0.1)",
    )


def add_sample_options(parser: argparse.ArgumentParser) -> None:
    """What `assignment sample` can be asked."""
    add, of = parser.add_argument, SampleSettings
    whole, folder = common_kinds()
    add("--firstname", required=True, metavar="NAME", help="the first name that the generator was trained with")
    add("--track", choices=tuple(TRACKS), default=argparse.SUPPRESS, help=f"of which track (default {of.track})")
    which = parser.add_mutually_exclusive_group()
    wish = {"dest": "labels", "default": argparse.SUPPRESS}
    which.add_argument("--label", **wish, metavar="LABEL", help="which class: a number from 0, or its name")
    which.add_argument("--labels", **wish, metavar="LABELS", help="several, as in 0-9 or 1,3,Bag (default: all)")
    add("--count", **whole, help=f"images of each class (default {of.count})")
    add("--seed", **whole, help=f"the same seed draws the same images (default {of.seed})")
    add("--outputs-dir", **folder, help=f"where the picture goes (default {of.outputs_dir})")
    add("--models-dir", **folder, help=f"where the .h5 files are (default {of.models_dir})")


def common_kinds() -> tuple[dict, dict]:
    """What the options that take a whole number, and those that take a folder, have in common."""
    return (
        {"type": _whole_number, "metavar": "N", "default": argparse.SUPPRESS},
        {"type": _folder, "metavar": "FOLDER", "default": argparse.SUPPRESS},
    )


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"takes a whole number, not {text!r}") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"takes a number, not {text!r}") from None


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("takes a folder ('.' is the current one), not nothing")
    return Path(text)
