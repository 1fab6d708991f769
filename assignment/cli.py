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
from assignment.errors import STOPPED, WRONG_INPUT, AssignmentError, sentence_for
from assignment.lab.options import add_lab_options
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import CATALOGUE
from assignment.settings.options import Parser, add_run_options, add_sample_options, add_track_options
from assignment.settings.tracks import TRACKS, FashionSettings, SampleSettings, Settings, settings_from
from assignment.storage.workspace import Workspace


def main() -> int:
    """The console script: `assignment run --firstname ana`."""
    return _answer(lambda: _dispatch(vars(console_parser().parse_args())))


def main_run() -> int:
    """`run_assignment.py`: the same as `assignment run`."""
    return _answer(lambda: _run(vars(front_door_parser().parse_args())))


def console_parser() -> argparse.ArgumentParser:
    """What reads the console script's options."""
    parser = Parser(prog="assignment", description="A GAN course, done properly on Keras 3.")
    parser.add_argument("--version", action="version", version=f"assignment {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    run = commands.add_parser("run", help="carry out the eight steps of the assignment", description=RUN)
    run.set_defaults(action=_run)
    add_run_options(run)
    add_track_options(run)
    sample = commands.add_parser("sample", help="draw from a generator that was trained", description=SAMPLE)
    sample.set_defaults(action=_sample)
    add_sample_options(sample)
    practices = commands.add_parser("practices", help="list the best practices that a run can try", description=LIST)
    practices.set_defaults(action=_practices)
    lab = commands.add_parser("lab", help="try practices one by one, on the same seeds", description=LAB)
    lab.set_defaults(action=_lab)
    add_lab_options(lab)
    return parser


def front_door_parser() -> argparse.ArgumentParser:
    """What reads the options of `run_assignment.py`."""
    parser = Parser(prog="run_assignment.py", description=RUN)
    add_run_options(parser)
    add_track_options(parser)
    return parser


def main_step(number: int) -> int:
    """`python -m assignment.fashion.stepN_...`: one step of the eight, after those whose products it needs."""
    parser = Parser(prog=f"step {number}", description=STEP.format(number=number))
    add_run_options(parser)
    return _answer(lambda: _run(vars(parser.parse_args()), step=number))


RUN = (
    "Carry out the eight steps of the Fashion-MNIST assignment, a GAN that learns trousers. With --track, the same"
    " steps for another sheet of the course: conditional, a GAN that is told which digit to draw; digits, the MNIST"
    " exercise; lecture, the notebook's GANs. Figures and records go to OUTPUTS/FIRSTNAME/TRACK/, the .h5 files to"
    " MODELS/."
)

SAMPLE = (
    "Draw from a generator that was trained and saved. The picture and its arrays (.npz) go to"
    " OUTPUTS/FIRSTNAME/TRACK/."
)

LIST = "List the best practices that `run --practice NAME` uses: what each is against, where it is from, what it costs."

LAB = (
    "Train the same GAN without any practice and with each of them alone, on the same seeds, and show what they change."
    " What is finished is kept: the same command goes on where it was stopped. Everything goes to"
    " OUTPUTS/FIRSTNAME/lab/TRACK/."
)

STEP = (
    "Step {number} of the assignment by itself, after those whose products it needs. It takes the options of the whole"
    " run and leaves out those that it has no use for; steps 7 and 8 are the whole run."
)


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


def _practices(options: dict) -> int:
    from assignment.session.screen import Screen

    Screen().practices(CATALOGUE)
    return 0


def _lab(options: dict) -> int:
    settings = LabSettings(**options)
    workspace = LabWorkspace.of(settings.track, settings.outputs_dir, settings.firstname)
    if settings.dry_run:
        from assignment.lab.lab import show_plan

        show_plan(settings, workspace)
        return 0
    workspace.prepare()
    from assignment.lab.lab import conduct_lab
    from assignment.storage.lock import held

    with held(workspace, _command()):
        return conduct_lab(settings, workspace, _command())


def _run(options: dict, step: int | None = None) -> int:
    track = TRACKS[options.pop("track", FashionSettings.TRACK)]
    chosen = track.QUICK if options.pop("quick") else {}
    settings = settings_from(track, {**chosen, **options})
    workspace = Workspace.of(track.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
    workspace.prepare()
    # From here on it takes seconds, if only a few: TensorFlow, then the steps.
    from assignment.storage.lock import held

    with held(workspace, _command()):
        return _carry_out(settings, workspace, step)


def _carry_out(settings: Settings, workspace: Workspace, step: int | None) -> int:
    from assignment import runtime

    runtime.start_tensorflow()
    from assignment.figures.window import Windows
    from assignment.practices.stack import Mixture
    from assignment.session.run import Run
    from assignment.session.screen import Screen

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
    mixture = Mixture(settings.practice, seed=settings.seed, batch_size=settings.batch_size, tapes=settings.TAPES)
    precision = runtime.resolve_precision(settings.precision)
    run = Run(settings, workspace, screen, _command(), precision, mixture=mixture)
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
