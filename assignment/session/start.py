"""Starts a run: the settings, the folders and their lock, TensorFlow, then the eight steps of the track.

The commands and the functions of Python (`session/call.py`) both start here.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from assignment.errors import AssignmentError
from assignment.guards import Activity, start_packages
from assignment.practices.recipes import RECIPES, SHEET, recipe_practices
from assignment.settings.checks import check_choice, check_type, checked_firstname
from assignment.settings.seeds import seed_from_name
from assignment.settings.steps import FIRST_UPDATE_STEP, STEPS_WITHOUT_IMAGES
from assignment.settings.tracks import TRACKS, Settings, settings_from
from assignment.signals import can_handle_signals
from assignment.storage.workspace import Workspace

if TYPE_CHECKING:
    from assignment.session.screen import Screen
    from assignment.session.track import Track
    from assignment.training.interrupt import StopRequest


def make_settings(track: str, options: Mapping[str, Any]) -> Settings:
    """Return the settings of a run of a track.

    options: values by the name of the setting, and `quick` and `recipe`, which stand for several of them.
    Raises AssignmentError, one sentence, for a value that a run cannot have.
    """
    values = dict(options)
    settings_class = TRACKS[track]
    recipe, quick = values.pop("recipe", SHEET), values.pop("quick", False)
    check_choice("recipe", recipe, RECIPES)
    check_type("quick", quick, bool, "true or false")
    practices = [*recipe_practices(recipe, track), *_practice_names(values.pop("practice", ()))]
    if practices:
        values["practice"] = practices
    firstname = checked_firstname(values.get("firstname", ""))
    return settings_from(
        settings_class, {"seed": seed_from_name(firstname), **(settings_class.QUICK if quick else {}), **values}
    )


def _practice_names(value: object) -> list[str]:
    """Return the names of practices, given as one name or several."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise AssignmentError(f"--practice takes names of practices, as in ['ema', 'replay'], not {value!r}.")
    return list(names)


def workspace_of(settings: Settings) -> Workspace:
    """Return the workspace of a run with these settings."""
    return Workspace.for_run(settings.TRACK, settings.outputs_dir, settings.models_dir, settings.firstname)


def start_run(
    settings: Settings, activity: Activity, only_step: int | None = None, stop: StopRequest | None = None
) -> signal.Signals | None:
    """Run the eight steps of a track, or one step after those that it needs.

    activity: what is being done, for the messages of the guards; its command line is recorded.
    stop: a request that another thread may make; by default, signals make it.
    Returns the signal that stopped the training, None at its end.
    """
    workspace = workspace_of(settings)
    from assignment.data.sources import find_named_folder
    from assignment.storage.lock import lock_folder

    if settings.data != "standin" and only_step not in STEPS_WITHOUT_IMAGES:
        find_named_folder(settings.data_dir)  # a missing one is reported before TensorFlow is started
    activity.doing = "preparing the folders"
    workspace.prepare()
    activity.folder = workspace.folder
    with lock_folder(workspace, activity.command_line):
        return _run_steps(settings, workspace, activity, only_step, stop)


def _run_steps(
    settings: Settings, workspace: Workspace, activity: Activity, only_step: int | None, stop: StopRequest | None
) -> signal.Signals | None:
    from assignment import environment, runtime

    environment.check_memory(training=only_step is None or only_step >= FIRST_UPDATE_STEP)
    if settings.seed == seed_from_name(settings.firstname):
        print(f"Seed {settings.seed}, from the first name; --seed sets another one.")
    if "keras" not in sys.modules:
        print("Starting TensorFlow; this takes a few seconds.", flush=True)
    start_packages(runtime.start_tensorflow, activity)  # imports that take seconds start here
    activity.less_memory = f"close other programs, or choose a --batch-size smaller than {settings.batch_size}"
    from assignment.practices.stack import PracticeStack
    from assignment.session.run import Run
    from assignment.session.stages import run_steps

    screen = open_screen(settings)
    note_missing_letters(settings.firstname, screen.say)
    activity.doing = lambda: screen.current_step or "preparing the run"
    if stop is None and not can_handle_signals():
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
    run = Run(settings, workspace, screen, activity.command_line, precision, practices=stack)
    stopped_by = run_steps(track, run, only_step, stop)
    with suppress(KeyboardInterrupt):  # everything is saved, so Ctrl-C only closes the windows
        screen.hold_figures()
    return stopped_by


def open_screen(settings: Settings) -> Screen:
    """Return the screen of a run; it displays the figures if the settings ask for it and there is a display."""
    from assignment.figures.notebook import NotebookFigures, in_notebook
    from assignment.figures.window import Windows
    from assignment.session.screen import Screen

    if not settings.show:
        return Screen()
    if in_notebook():
        return Screen(figures=NotebookFigures())
    reason = "Windows open only from the main thread"
    if can_handle_signals():  # on macOS, a window that another thread opens ends the process
        windows = Windows()
        if windows.available:
            return Screen(figures=windows)
        reason = "There is no display, so --show opens no windows"
    screen = Screen()
    screen.say(f"{reason}; the figures are saved all the same.")
    return screen


def note_missing_letters(firstname: str, say: Callable[[str], None]) -> None:
    """Say which letters of the first name no installed font has, if any."""
    from assignment.figures.letters import describe_missing

    if missing := describe_missing(firstname):
        say(missing)


def load_track(name: str) -> Track[Any]:
    """Return a track by name. Only its own package is imported."""
    return import_module(f"assignment.{name}.track").TRACK
