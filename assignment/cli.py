"""The command line: parses the options and runs the command.

It answers --help and refuses invalid options without importing TensorFlow, so that both are fast.
"""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from assignment import __version__
from assignment.errors import EXIT_SIGNAL
from assignment.guards import Activity, guarded, start_packages
from assignment.lab.options import add_lab_options
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import BY_NAME
from assignment.practices.choice import checked_practices
from assignment.settings.options import add_run_options, add_sample_options, add_track_options
from assignment.settings.parser import Parser
from assignment.settings.samples import SampleSettings
from assignment.settings.steps import FIRST_UPDATE_STEP, STEP_MODULES, STEPS_WITHOUT_IMAGES
from assignment.settings.tracks import TRACKS, FashionSettings, Settings, settings_from
from assignment.signals import can_handle_signals
from assignment.startup import process_exit_code
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
    "List the best practices that `run --practice NAME` can use, by what they change. With a name, describe this one:"
    " the problem it addresses, its source, its cost and what it cannot be combined with."
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


def main(arguments: Sequence[object] | None = None) -> int:
    """Run the console script: `assignment run --firstname ana`.

    arguments: a list of options (texts, numbers, paths), by default those of the command line. Returns the exit code.
    """

    def run_command(activity: Activity) -> int:
        options = vars(console_parser().parse_args(activity.texts()))
        del options["command"]
        return options.pop("action")(options, activity)

    return guarded(run_command, Activity("assignment", arguments))


def main_run(arguments: Sequence[object] | None = None) -> int:
    """Run `run_assignment.py`, which is the same as `assignment run`."""
    return guarded(
        lambda activity: _run(vars(run_parser().parse_args(activity.texts())), activity),
        Activity("python run_assignment.py", arguments),
    )


def main_step(number: int, arguments: Sequence[object] | None = None) -> int:
    """Run `python -m assignment.fashion.stepN_...`: one of the eight steps, after the steps that it needs.

    Returns the code to end the process with.
    """
    program = f"python -m assignment.fashion.{STEP_MODULES[number - 1]}"

    def run_step(activity: Activity) -> int:
        parser = Parser(prog=program, description=STEP_DESCRIPTION.format(number=number))
        add_run_options(parser)
        return _run(vars(parser.parse_args(activity.texts())), activity, only_step=number)

    return process_exit_code(guarded(run_step, Activity(program, arguments)))


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
    practices = add_command(
        "practices", "list the best practices that a run can use", PRACTICES_DESCRIPTION, _practices
    )
    practices.add_argument("name", nargs="?", metavar="NAME", default=argparse.SUPPRESS, help="describe only this one")
    lab = add_command("lab", "compare practices, each alone and on the same seeds", LAB_DESCRIPTION, _lab)
    add_lab_options(lab)
    return parser


def run_parser() -> Parser:
    """Return the parser of `run_assignment.py`."""
    parser = Parser(prog="run_assignment.py", description=RUN_DESCRIPTION)
    add_run_options(parser)
    add_track_options(parser)
    return parser


def _run(options: dict[str, Any], activity: Activity, only_step: int | None = None) -> int:
    settings_class = TRACKS[options.pop("track", FashionSettings.TRACK)]
    quick = settings_class.QUICK if options.pop("quick") else {}
    settings = settings_from(settings_class, {**quick, **options})
    workspace = Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)
    from assignment.data.sources import find_named_folder
    from assignment.storage.lock import lock_folder

    if settings.data != "standin" and only_step not in STEPS_WITHOUT_IMAGES:
        find_named_folder(settings.data_dir)  # a missing one is reported before TensorFlow is started
    activity.doing = "preparing the folders"
    workspace.prepare()
    activity.folder = workspace.folder
    with lock_folder(workspace, activity.command_line):
        return _run_steps(settings, workspace, activity, only_step)


def _run_steps(settings: Settings, workspace: Workspace, activity: Activity, only_step: int | None) -> int:
    from assignment import environment, runtime

    environment.check_memory(training=only_step is None or only_step >= FIRST_UPDATE_STEP)
    print("Starting TensorFlow; this takes a few seconds.", flush=True)
    start_packages(runtime.start_tensorflow, activity)  # imports that take seconds start here
    activity.less_memory = f"close other programs, or choose a --batch-size smaller than {settings.batch_size}"
    from assignment.practices.stack import PracticeStack
    from assignment.session.run import Run
    from assignment.session.stages import run_steps

    screen = _open_screen(settings)
    _note_missing_letters(settings.firstname, screen.say)
    activity.doing = lambda: screen.current_step or "preparing the run"
    if not can_handle_signals():
        screen.say("This is not the main thread of the program, so Ctrl-C cannot stop the training.")
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
    run = Run(settings, workspace, screen, activity.command_line, precision, practices=practices)
    stopped_by = run_steps(track, run, only_step)
    with contextlib.suppress(KeyboardInterrupt):  # everything is saved, so Ctrl-C only closes the windows
        screen.hold_windows()
    return EXIT_SIGNAL + stopped_by if stopped_by else 0


def _note_missing_letters(firstname: str, say: Callable[[str], None]) -> None:
    from assignment.figures.letters import describe_missing

    if missing := describe_missing(firstname):
        say(missing)


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


def _sample(options: dict[str, Any], activity: Activity) -> int:
    settings = SampleSettings(**options)
    workspace = Workspace.for_run(settings.track, settings.outputs_dir, settings.models_dir, settings.firstname)
    activity.folder = workspace.folder
    from assignment import environment, runtime

    environment.check_memory(training=False)
    start_packages(runtime.start_tensorflow, activity)
    from assignment.sampling import sample

    _note_missing_letters(settings.firstname, print)
    activity.less_memory = "close other programs, or choose a smaller --count"
    activity.doing = f"drawing samples from {workspace.generator_model}"
    for path in sample(settings, workspace):
        print(f"wrote {path}")
    return 0


def _practices(options: dict[str, Any], activity: Activity) -> int:
    activity.doing = "listing the practices"
    names = checked_practices(options.values())
    from assignment.listing import describe_practice, list_practices
    from assignment.session.screen import Screen

    for name in names:
        describe_practice(Screen(), BY_NAME[name])
    if not names:
        list_practices(Screen())
    return 0


def _lab(options: dict[str, Any], activity: Activity) -> int:
    settings = LabSettings(**options)
    activity.doing = "running the lab"
    activity.less_memory = "close other programs, or choose a smaller number of --jobs"
    workspace = LabWorkspace.for_lab(settings.track, settings.outputs_dir, settings.firstname)
    activity.folder = workspace.folder
    if settings.dry_run:
        from assignment.lab.lab import show_plan

        show_plan(settings, workspace)
        return 0
    workspace.prepare()
    from assignment.lab.lab import run_lab
    from assignment.storage.lock import lock_folder

    _note_missing_letters(settings.firstname, print)
    with lock_folder(workspace, activity.command_line):
        return run_lab(settings, workspace, activity.command_line)
