"""The command line: parses the options and runs the command.

It answers --help and refuses invalid options without importing TensorFlow, so that both are fast.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shlex
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assignment import __version__
from assignment.errors import EXIT_ERROR, EXIT_SIGNAL, AssignmentError, describe_os_error
from assignment.lab.options import add_lab_options
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import CATALOGUE
from assignment.settings.options import Parser, add_run_options, add_sample_options, add_track_options
from assignment.settings.samples import SampleSettings
from assignment.settings.tracks import TRACKS, FashionSettings, Settings, settings_from
from assignment.storage.workspace import Workspace

if TYPE_CHECKING:
    from assignment.session.screen import Screen
    from assignment.session.track import Track

RUN_DESCRIPTION = (
    "Run the eight steps of the Fashion-MNIST assignment, a GAN that learns trousers. --track runs the same steps for"
    " another sheet of the course: conditional, a GAN that draws the digit you ask for; digits, the MNIST exercise;"
    " lecture, the notebook's GANs. Figures and records go to OUTPUTS/FIRSTNAME/TRACK/, the .h5 files to MODELS/. If a"
    " run was stopped, the same command continues it."
)
SAMPLE_DESCRIPTION = (
    "Draw images from a generator that a run saved. The picture and the arrays (.npz) go to OUTPUTS/FIRSTNAME/TRACK/."
)
PRACTICES_DESCRIPTION = (
    "List the best practices that `run --practice NAME` can use: what each changes, the problem it addresses, its"
    " source and its cost."
)
LAB_DESCRIPTION = (
    "Train the same GAN without any practice and with each practice alone, on the same seeds, and report the"
    " differences. Finished runs are kept: the same command continues a lab that was stopped. Everything goes to"
    " OUTPUTS/FIRSTNAME/lab/TRACK/."
)
STEP_DESCRIPTION = (
    "Run step {number} of the assignment, after the steps that it needs. It takes the options of a run and ignores"
    " those that it does not use. Steps 7 and 8 are the complete run."
)


def main() -> int:
    """Run the console script: `assignment run --firstname ana`."""
    return _report_errors(lambda: _run_command(vars(console_parser().parse_args())))


def main_run() -> int:
    """Run `run_assignment.py`, which is the same as `assignment run`."""
    return _report_errors(lambda: _run(vars(run_parser().parse_args())))


def main_step(number: int) -> int:
    """Run `python -m assignment.fashion.stepN_...`: one of the eight steps, after the steps that it needs."""
    parser = Parser(prog=f"step {number}", description=STEP_DESCRIPTION.format(number=number))
    add_run_options(parser)
    return _report_errors(lambda: _run(vars(parser.parse_args()), only_step=number))


def console_parser() -> Parser:
    """Return the parser of the console script, with one subparser per command."""
    parser = Parser(prog="assignment", description="A GAN course, done properly on Keras 3.")
    parser.add_argument("--version", action="version", version=f"assignment {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)

    def add_command(name: str, summary: str, description: str, action: Callable[..., int]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=description)
        command.set_defaults(action=action)
        return command

    run = add_command("run", "run the eight steps of the assignment", RUN_DESCRIPTION, _run)
    add_run_options(run)
    add_track_options(run)
    sample = add_command("sample", "draw images from a saved generator", SAMPLE_DESCRIPTION, _sample)
    add_sample_options(sample)
    add_command("practices", "list the best practices that a run can use", PRACTICES_DESCRIPTION, _practices)
    lab = add_command("lab", "compare practices, each alone and on the same seeds", LAB_DESCRIPTION, _lab)
    add_lab_options(lab)
    return parser


def run_parser() -> Parser:
    """Return the parser of `run_assignment.py`."""
    parser = Parser(prog="run_assignment.py", description=RUN_DESCRIPTION)
    add_run_options(parser)
    add_track_options(parser)
    return parser


def _report_errors(action: Callable[[], int]) -> int:
    """Return the exit code of `action`; print an error that the user can fix as one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without some letter of the first name prints "?" instead
    try:
        return action()
    except AssignmentError as error:
        message = str(error)
    except OSError as error:
        message = describe_os_error(error)
    except KeyboardInterrupt:
        print("\nstopped immediately; whatever was not saved yet is lost.", file=sys.stderr)
        return EXIT_SIGNAL + signal.SIGINT
    print(f"error: {message}", file=sys.stderr)
    return EXIT_ERROR


def _run_command(options: dict[str, Any]) -> int:
    del options["command"]
    return options.pop("action")(options)


def _run(options: dict[str, Any], only_step: int | None = None) -> int:
    settings_class = TRACKS[options.pop("track", FashionSettings.TRACK)]
    quick = settings_class.QUICK if options.pop("quick") else {}
    settings = settings_from(settings_class, {**quick, **options})
    workspace = Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
    workspace.prepare()
    # Imports that take seconds start here.
    from assignment.storage.lock import lock_folder

    with lock_folder(workspace, _command_line()):
        return _run_steps(settings, workspace, only_step)


def _run_steps(settings: Settings, workspace: Workspace, only_step: int | None) -> int:
    from assignment import environment, runtime

    environment.check_memory(training=only_step is None or only_step >= 6)
    runtime.start_tensorflow()
    from assignment.figures.letters import describe_missing
    from assignment.practices.stack import PracticeStack
    from assignment.session.run import Run
    from assignment.session.stages import run_steps

    screen = _open_screen(settings)
    if missing := describe_missing(settings.firstname):
        screen.say(missing)
    if settings.precision == "mixed_bfloat16" and not runtime.has_native_bfloat16():
        screen.warn(
            "This may take very long",
            "This processor may have no bfloat16 instructions. Without them, an update takes ten times as long as in"
            " float32. --precision auto selects the faster one.",
        )
    track = _load_track(settings.TRACK)
    practices = PracticeStack(
        settings.practice, seed=settings.seed, batch_size=settings.batch_size, tapes=track.uses_tapes
    )
    precision = runtime.resolve_precision(settings.precision)
    run = Run(settings, workspace, screen, _command_line(), precision, practices=practices)
    try:
        stopped_by = run_steps(track, run, only_step)
    except runtime.out_of_memory_errors() as error:
        raise AssignmentError(
            f"there is not enough memory for {settings.batch_size} images at once; choose a smaller --batch-size."
        ) from error
    with contextlib.suppress(KeyboardInterrupt):  # everything is saved, so Ctrl-C only closes the windows
        screen.hold_windows()
    return EXIT_SIGNAL + stopped_by if stopped_by else 0


def _open_screen(settings: Settings) -> Screen:
    """Return the screen of a run, with windows if the settings ask for them and there is a display."""
    from assignment.figures.window import Windows
    from assignment.session.screen import Screen

    if not settings.show:
        return Screen()
    windows = Windows()
    if windows.available:
        return Screen(windows=windows)
    screen = Screen()
    screen.say("There is no display, so --show opens no windows; the figures are saved all the same.")
    return screen


def _load_track(name: str) -> Track[Any]:
    """Return a track by name. Only its own package is imported."""
    return import_module(f"assignment.{name}.track").TRACK


def _sample(options: dict[str, Any]) -> int:
    settings = SampleSettings(**options)
    workspace = Workspace.for_run(settings.track, settings.outputs_dir, settings.models_dir, settings.firstname)
    from assignment import environment, runtime

    environment.check_memory(training=False)
    runtime.start_tensorflow()
    from assignment.figures.letters import describe_missing
    from assignment.sampling import sample

    if missing := describe_missing(settings.firstname):
        print(missing)
    for path in sample(settings, workspace):
        print(f"wrote {path}")
    return 0


def _practices(options: dict[str, Any]) -> int:
    from assignment.session.screen import Screen

    list_practices(Screen())
    return 0


def list_practices(screen: Screen) -> None:
    """Print every practice of the catalogue: name, change, problem, source and cost."""
    for practice in CATALOGUE:
        screen.entry(practice.name, practice.change)
        for title, text in (("problem", practice.problem), ("source", practice.source), ("cost", practice.cost)):
            screen.say_wrapped(f"    {title}: {text}")


def _lab(options: dict[str, Any]) -> int:
    settings = LabSettings(**options)
    workspace = LabWorkspace.for_lab(settings.track, settings.outputs_dir, settings.firstname)
    if settings.dry_run:
        from assignment.lab.lab import show_plan

        show_plan(settings, workspace)
        return 0
    workspace.prepare()
    from assignment.figures.letters import describe_missing
    from assignment.lab.lab import run_lab
    from assignment.storage.lock import lock_folder

    if missing := describe_missing(settings.firstname):
        print(missing)
    with lock_folder(workspace, _command_line()):
        return run_lab(settings, workspace, _command_line())


def _command_line() -> str:
    """Return the command line that the user typed, with `python` for the path of the interpreter."""
    program, *options = sys.orig_argv[1:] or sys.argv
    if Path(program).stem == "assignment":  # the console script, which has a path too
        return shlex.join(["assignment", *options])
    return shlex.join(["python", program, *options])
