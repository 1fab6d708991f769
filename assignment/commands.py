"""What each command does with its options. Heavy packages are imported when they are needed, after the checks."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assignment.errors import EXIT_ERROR, EXIT_NOT_MET, EXIT_SIGNAL, AssignmentError
from assignment.guards import Activity, start_packages
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import BY_NAME
from assignment.practices.choice import checked_practices
from assignment.settings.checking import CheckSettings
from assignment.settings.measuring import MakeJudgesSettings, MeasureSettings
from assignment.settings.samples import SampleSettings
from assignment.settings.steps import FIRST_UPDATE_STEP, STEPS_WITHOUT_IMAGES
from assignment.settings.tracks import TRACKS, FashionSettings, Settings, settings_from
from assignment.signals import can_handle_signals
from assignment.storage.workspace import Workspace

if TYPE_CHECKING:
    from assignment.checking.check import FileCheck
    from assignment.session.screen import Screen
    from assignment.session.track import Track


def run(options: dict[str, Any], activity: Activity, only_step: int | None = None) -> int:
    """Run a track, or one of its steps, with these options; return the exit code."""
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
    track = load_track(settings.TRACK)
    stack = PracticeStack(settings.practice, seed=settings.seed, batch_size=settings.batch_size, tapes=track.uses_tapes)
    precision = runtime.resolve_precision(settings.precision)
    stopped_by = run_steps(
        track, Run(settings, workspace, screen, activity.command_line, precision, practices=stack), only_step
    )
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


def load_track(name: str) -> Track[Any]:
    """Return a track by name. Only its own package is imported."""
    return import_module(f"assignment.{name}.track").TRACK


def sample(options: dict[str, Any], activity: Activity) -> int:
    """Draw images from a saved generator."""
    settings = SampleSettings(**options)
    workspace = Workspace.for_run(settings.track, settings.outputs_dir, settings.models_dir, settings.firstname)
    activity.folder = workspace.folder
    from assignment import environment, runtime

    environment.check_memory(training=False)
    start_packages(runtime.start_tensorflow, activity)
    from assignment.generators.sample import sample as draw

    _note_missing_letters(settings.firstname, print)
    activity.less_memory = "close other programs, or choose a smaller --count"
    activity.doing = f"drawing samples from {workspace.generator_model}"
    for path in draw(settings, workspace):
        print(f"wrote {path}")
    return 0


def measure(options: dict[str, Any], activity: Activity) -> int:
    """Print the metrics of a saved generator."""
    settings = MeasureSettings(**options)
    activity.after_stop = "nothing was written"
    from assignment import environment, runtime
    from assignment.data.sources import find_named_folder

    find_named_folder(settings.data_dir)
    environment.check_memory(training=False)
    start_packages(runtime.start_tensorflow, activity)
    from assignment.generators.measure import measure as print_metrics
    from assignment.session.screen import Screen

    activity.doing = f"measuring {settings.path}"
    print_metrics(settings, load_track, Screen())
    return 0


def check(options: dict[str, Any], activity: Activity) -> int:
    """Compare saved networks with a sheet; return 0 if all requirements are met, 1 if one is not, 2 for a bad file."""
    settings = CheckSettings(**options)
    activity.after_stop = "files that were written are complete"
    from assignment.checking.check import check_file
    from assignment.checking.printing import print_check, to_json
    from assignment.checking.sheets import SHEETS
    from assignment.session.screen import Screen

    screen, checks = Screen(), []
    for path in settings.files:
        activity.doing = f"checking {path}"
        checks.append(check_file(path, SHEETS[settings.track]))
        if not settings.json:
            print_check(checks[-1], screen)
    if settings.json:
        print(json.dumps(to_json(checks), indent=2, ensure_ascii=False))
    if settings.repair is not None:
        _repair(checks[0], settings.repair, activity, screen)
    if settings.measure:
        _measure_checked(checks, settings, activity, screen)
    if any(check.unusable for check in checks):
        return EXIT_ERROR
    return 0 if all(check.is_good for check in checks) else EXIT_NOT_MET


def _measure_checked(checks: Sequence[FileCheck], settings: CheckSettings, activity: Activity, screen: Screen) -> None:
    from assignment import environment, runtime
    from assignment.data.sources import find_named_folder

    find_named_folder(settings.data_dir)
    environment.check_memory(training=False)
    start_packages(runtime.start_tensorflow, activity)
    from assignment.checking.measuring import measure_checked, picture_names

    for check, name in zip(checks, picture_names(settings.files), strict=True):
        activity.doing = f"measuring {check.path}"
        measure_checked(check, settings, load_track(settings.track), screen, name)


def _repair(check: FileCheck, path: Path, activity: Activity, screen: Screen) -> None:
    if check.complete is None:
        reason = "it has only weights" if check.network else "it cannot be read"
        raise AssignmentError(f"{check.path} cannot be repaired, because {reason}.")
    activity.doing = f"writing {path}"
    from assignment import environment, runtime

    environment.check_memory(training=False)
    start_packages(runtime.start_tensorflow, activity)
    from assignment.training.repair import write_repaired

    difference = write_repaired(check.complete, path)
    screen.say(f"  wrote {path}; its outputs differ from those of {check.path} by at most {difference:.1e}")


def make_judges(options: dict[str, Any], activity: Activity) -> int:
    """Train the judges that come with the program."""
    settings = MakeJudgesSettings(**options)
    activity.after_stop = "judges that are finished are kept"
    folder = settings.outputs_dir / "judges"
    from assignment import environment, runtime
    from assignment.data.sources import SOURCES, find_named_folder, from_folder
    from assignment.storage.files import ensure_writable

    find_named_folder(settings.data_dir)
    environment.check_memory(training=True)
    ensure_writable(folder)
    start_packages(runtime.start_tensorflow, activity)
    from assignment.evaluation.judge_training import train_judge
    from assignment.evaluation.make_judges import RECIPES, write_shipped_judge
    from assignment.evaluation.shipped_judges import judge_path
    from assignment.session.screen import Screen

    screen = Screen()
    names = [settings.dataset] if settings.dataset else list(SOURCES)
    datasets = {name: from_folder(SOURCES[name], settings.data_dir) for name in names}
    for name, dataset in datasets.items():
        activity.doing = f"training the judge of {SOURCES[name].title}"
        with screen.working(activity.doing) as on_progress:
            stored = train_judge(name, dataset, RECIPES[name], on_progress, settings.seed)
        screen.say(f"  the judge {stored.facts.weights} recognizes {stored.facts.accuracy:.2%} of the test images")
        activity.doing = "measuring what real images score"
        screen.say(f"  {activity.doing}; this takes about a minute")
        write_shipped_judge(stored, SOURCES[name], dataset, folder)
        screen.say(f"  wrote {judge_path(name, folder)} and its facts (.json)")
    return 0


def practices(options: dict[str, Any], activity: Activity) -> int:
    """List the practices, or describe one."""
    activity.doing = "listing the practices"
    names = checked_practices(options.values())
    from assignment.listing import describe_practice, list_practices
    from assignment.session.screen import Screen

    for name in names:
        describe_practice(Screen(), BY_NAME[name])
    if not names:
        list_practices(Screen())
    return 0


def lab(options: dict[str, Any], activity: Activity) -> int:
    """Run a lab, or print its plan."""
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
