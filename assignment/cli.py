"""The only reader of argv. It answers --help and a wrong flag without importing TensorFlow."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import signal
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from assignment import __version__
from assignment.errors import AssignmentError, sentence_for
from assignment.settings import (
    DATA_CHOICES, DATASETS, NETWORKS, OUTPUTS, PRECISIONS, TRACKS, ConditionalSettings, FashionSettings,
    LectureSettings, SampleSettings, Settings, settings_from,
)
from assignment.workspace import Workspace

WRONG_INPUT = 2
STOPPED = 128  # and the signal's number, as shells have it


def main() -> int:
    """The console script: `assignment run --firstname ana`."""
    return _answer(lambda: _dispatch(vars(console_parser().parse_args())))


def main_run() -> int:
    """`run_assignment.py`: the same as `assignment run`."""
    return _answer(lambda: _run(vars(front_door_parser().parse_args())))


def console_parser() -> argparse.ArgumentParser:
    """What reads the console script's options."""
    parser = _Parser(prog="assignment", description="A GAN course, done properly on Keras 3.")
    parser.add_argument("--version", action="version", version=f"assignment {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    run = commands.add_parser("run", help="carry out the eight steps of the assignment", description=RUN)
    run.set_defaults(action=_run)
    _add_run_options(run)
    _add_track_options(run)
    sample = commands.add_parser("sample", help="draw from a generator that was trained", description=SAMPLE)
    sample.set_defaults(action=_sample)
    _add_sample_options(sample)
    return parser


def front_door_parser() -> argparse.ArgumentParser:
    """What reads the options of `run_assignment.py`."""
    parser = _Parser(prog="run_assignment.py", description=RUN)
    _add_run_options(parser)
    _add_track_options(parser)
    return parser


def main_step(number: int) -> int:
    """`python -m assignment.fashion.stepN_...`: one step of the eight, after those whose products it needs."""
    parser = _Parser(prog=f"step {number}", description=STEP.format(number=number))
    _add_run_options(parser)
    return _answer(lambda: _run(vars(parser.parse_args()), step=number))


RUN = (
    "Carry out the eight steps of the Fashion-MNIST assignment, a GAN that learns trousers. With --track, the same"
    " steps for another sheet of the course: conditional, a GAN that is told which digit to draw; digits, the MNIST"
    " exercise; lecture, the notebook's GANs. Figures and records go to OUTPUTS/FIRSTNAME/TRACK/, the two .h5 files to"
    " MODELS/."
)

SAMPLE = (
    "Draw from a generator that was trained and saved. The picture and its arrays (.npz) go to"
    " OUTPUTS/FIRSTNAME/TRACK/."
)


STEP = (
    "Step {number} of the assignment by itself, after those whose products it needs. It takes the options of the whole"
    " run and leaves out those that it has no use for; steps 7 and 8 are the whole run."
)


class _Parser(argparse.ArgumentParser):
    """A parser that takes options as they are written out, and whose complaint is one sentence."""

    def __init__(self, **options):
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str):
        raise AssignmentError(f"{message} ({self.prog} --help lists the options).")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    # Nothing is given a default here: what is not said is left to the settings, which hold the sheet's numbers.
    add = parser.add_argument
    whole, folder = _kinds()
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
        "--precision", choices=PRECISIONS, default=argparse.SUPPRESS,
        help="auto (the default) takes mixed_bfloat16 where the processor computes in it, else float32",
    )
    add(
        "--data", choices=DATA_CHOICES, default=argparse.SUPPRESS,
        help="auto (the default) takes the real images where they are to be had, else a drawn stand-in;"
        " real refuses the stand-in; standin asks for it",
    )
    add(
        "--data-dir", **folder,
        help="folder with fashion-mnist/ and mnist/, or one's four IDX files (else ASSIGNMENT_DATA_DIR)",
    )
    add("--outputs-dir", **folder, help=f"where figures and records go (default {of.outputs_dir})")
    add("--models-dir", **folder, help=f"where the .h5 files go (default {of.models_dir})")
    add("--show", **switch, help="also open the figures in windows")


def _add_track_options(parser: argparse.ArgumentParser) -> None:
    add, of = parser.add_argument, LectureSettings
    whole, _ = _kinds()
    tracks = "; ".join(
        f"{name}: {track.epochs} epochs, batch size {track.batch_size}, a grid every {track.grid_every}, a checkpoint"
        f" every {track.checkpoint_every}" for name, track in TRACKS.items()
    )
    add(
        "--track", choices=tuple(TRACKS), default=FashionSettings.TRACK,
        help=f"which GAN (default {FashionSettings.TRACK}); their own defaults are: {tracks}",
    )
    add(
        "--dataset", choices=DATASETS, default=argparse.SUPPRESS,
        help=f"conditional and lecture: whose images (default {ConditionalSettings.dataset}, {of.dataset})",
    )
    add(
        "--outputs", choices=OUTPUTS, default=argparse.SUPPRESS,
        help="conditional: what the discriminator answers. validity (the default): it is told the label;"
        " validity+class: it has to say the class itself, an auxiliary classifier",
    )
    add(
        "--network", choices=NETWORKS, default=argparse.SUPPRESS,
        help=f"lecture: which of the notebook's GANs (default {of.network})",
    )
    add(
        "--filters", metavar="N,N", default=argparse.SUPPRESS,
        help=f"lecture: filters of the DCGAN's discriminator, which its generator walks back (default {of.filters})",
    )
    add("--kernel", **whole, help=f"lecture: window of the DCGAN's convolutions, in pixels (default {of.kernel})")
    add("--extra-layers", **whole, help="lecture: convolutions more at 7x7 in both of the DCGAN's networks (default 0)")
    add(
        "--label-smoothing", type=_number, metavar="SHARE", default=argparse.SUPPRESS,
        help="lecture: real images are asked for as 1 - SHARE (default 0; the notebook tries 0.1)",
    )


def _add_sample_options(parser: argparse.ArgumentParser) -> None:
    add, of = parser.add_argument, SampleSettings
    whole, folder = _kinds()
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


def _kinds() -> tuple[dict, dict]:
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


def _answer(action) -> int:
    """Do what was asked; turn what the person can mend into one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks a letter of the first name shows "?" instead
    try:
        return action()
    except AssignmentError as error:
        problem = str(error)
    except OSError as error:
        problem = sentence_for(error)
    except KeyboardInterrupt:
        print("\nstopped at once, as you asked; what was not yet written is lost.", file=sys.stderr)
        return STOPPED + signal.SIGINT
    print(f"error: {problem}", file=sys.stderr)
    return WRONG_INPUT


def _dispatch(options: dict) -> int:
    del options["command"]
    return options.pop("action")(options)


def _sample(options: dict) -> int:
    settings = SampleSettings(**options)
    workspace = Workspace.of(settings.track, settings.outputs_dir, settings.models_dir, settings.firstname)
    from assignment import runtime

    runtime.start_tensorflow()
    from assignment.sampling import sample

    for path in sample(settings, workspace):
        print(f"wrote {path}")
    return 0


def _run(options: dict, step: int | None = None) -> int:
    track = TRACKS[options.pop("track", FashionSettings.TRACK)]
    chosen = track.QUICK if options.pop("quick") else {}
    settings = settings_from(track, {**chosen, **options})
    workspace = Workspace.of(track.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
    workspace.prepare()
    # From here on it takes seconds, if only a few: TensorFlow, then the steps.
    from assignment.lock import held

    with held(workspace, _command()):
        return _carry_out(settings, workspace, step)


def _carry_out(settings: Settings, workspace: Workspace, step: int | None) -> int:
    from assignment import runtime

    runtime.start_tensorflow()
    from assignment.figures.window import Windows
    from assignment.run import Run
    from assignment.screen import Screen

    windows = Windows() if settings.show else None
    screen = Screen(windows=windows if windows and windows.available else None)
    if windows and not windows.available:
        screen.say("There is no display here, so --show opens no windows; the figures are saved all the same.")
    if settings.precision == "mixed_bfloat16" and not runtime.has_native_bfloat16():
        screen.warn(
            "This may take very long",
            "This processor is not known to compute in bfloat16 itself; where it does not, an update takes ten times"
            " as long as in float32. --precision auto takes what is faster here.",
        )
    run = Run(settings, workspace, screen, _command(), runtime.resolve_precision(settings.precision))
    try:
        track = _track(settings.TRACK)
        stopped_by = track.run_track(run) if step is None else track.run_step(step, run)
    except runtime.out_of_memory() as error:
        raise AssignmentError(
            f"there is not enough memory with {settings.batch_size} images at once; choose a smaller --batch-size."
        ) from error
    with contextlib.suppress(KeyboardInterrupt):  # all is saved; Ctrl-C here only closes the windows
        screen.hold_windows()
    return STOPPED + stopped_by if stopped_by else 0


def _track(name: str) -> ModuleType:
    """The module that carries out a track; only the one that is asked for is imported."""
    return import_module(f"assignment.{name}.track")


def _command() -> str:
    """The line that the person typed; `python` stands for whatever Python it was."""
    program, *options = sys.orig_argv[1:] or sys.argv
    if Path(program).stem == "assignment":  # the console script, which is a path of its own
        return shlex.join(["assignment", *options])
    return shlex.join(["python", program, *options])
