"""The command `run`: a track, or one of its steps.

Heavy packages are imported when they are needed, after the checks of the options.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from assignment.errors import EXIT_SIGNAL
from assignment.guards import Activity, start_packages
from assignment.practices.recipes import SHEET, recipe_practices
from assignment.settings.checks import checked_firstname
from assignment.settings.seeds import seed_from_name
from assignment.settings.steps import FIRST_UPDATE_STEP, STEPS_WITHOUT_IMAGES
from assignment.settings.tracks import TRACKS, FashionSettings, Settings, settings_from
from assignment.signals import can_handle_signals
from assignment.storage.workspace import Workspace

if TYPE_CHECKING:
    from assignment.session.screen import Screen
    from assignment.session.track import Track


def run(options: dict[str, Any], activity: Activity, only_step: int | None = None) -> int:
    """Run a track, or one of its steps, with these options; return the exit code."""
    settings_class = TRACKS[options.pop("track", FashionSettings.TRACK)]
    recipe = recipe_practices(options.pop("recipe", SHEET), settings_class.TRACK)
    if recipe:
        options["practice"] = [*recipe, *options.get("practice", ())]
    quick = settings_class.QUICK if options.pop("quick") else {}
    firstname = checked_firstname(options["firstname"])
    settings = settings_from(settings_class, {"seed": seed_from_name(firstname), **quick, **options})
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
    if settings.seed == seed_from_name(settings.firstname):
        print(f"Seed {settings.seed}, from the first name; --seed sets another one.")
    print("Starting TensorFlow; this takes a few seconds.", flush=True)
    start_packages(runtime.start_tensorflow, activity)  # imports that take seconds start here
    activity.less_memory = f"close other programs, or choose a --batch-size smaller than {settings.batch_size}"
    from assignment.practices.stack import PracticeStack
    from assignment.session.run import Run
    from assignment.session.stages import run_steps

    screen = _open_screen(settings)
    note_missing_letters(settings.firstname, screen.say)
    activity.doing = lambda: screen.current_step or "preparing the run"
    if not can_handle_signals():
        screen.say("This is not the main thread of the program, so Ctrl-C cannot stop the training.")
    if settings.precision == "mixed_bfloat16" and not runtime.has_native_bfloat16():
        screen.warn(
            "This may take very long",
            "This processor may have no bfloat16 instructions. Without them, an update takes ten times as long as in"
            " float32. --precision auto selects the faster one.",
        )
    track = load_track(settings.TRACK)
    stack = PracticeStack(settings.practice, seed=settings.seed, batch_size=settings.batch_size, tapes=track.uses_tapes)
    precision = runtime.resolve_precision(settings.precision)
    stopped_by = run_steps(
        track, Run(settings, workspace, screen, activity.command_line, precision, practices=stack), only_step
    )
    with contextlib.suppress(KeyboardInterrupt):  # everything is saved, so Ctrl-C only closes the windows
        screen.hold_windows()
    return EXIT_SIGNAL + stopped_by if stopped_by else 0


def note_missing_letters(firstname: str, say: Callable[[str], None]) -> None:
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


def load_track(name: str) -> Track[Any]:
    """Return a track by name. Only its own package is imported."""
    return import_module(f"assignment.{name}.track").TRACK
