"""The commands that work on saved networks: `sample`, `explore`, `measure`, `check`, and `make_judges`.

Heavy packages are imported when they are needed, after the checks of the options.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assignment.errors import EXIT_ERROR, EXIT_NOT_MET, AssignmentError
from assignment.guards import Activity, start_packages
from assignment.session.start import load_track, note_missing_letters
from assignment.settings.checking import CheckSettings
from assignment.settings.exploring import ExploreSettings
from assignment.settings.measuring import MakeJudgesSettings, MeasureSettings
from assignment.settings.samples import SampleSettings
from assignment.storage.workspace import Workspace

if TYPE_CHECKING:
    from assignment.checking.check import FileCheck
    from assignment.session.screen import Screen


def sample(options: dict[str, Any], activity: Activity) -> int:
    """Draw images from a saved generator."""
    settings = SampleSettings(**options)
    workspace = Workspace.for_run(settings.track, settings.outputs_dir, settings.models_dir, settings.firstname)
    activity.folder = workspace.folder
    from assignment import environment, runtime

    environment.check_memory(training=False)
    start_packages(runtime.start_tensorflow, activity)
    from assignment.generators.sample import sample as draw

    note_missing_letters(settings.firstname, print)
    activity.after_stop = "nothing was written"
    activity.less_memory = "close other programs, or choose a smaller --count"
    activity.doing = f"drawing samples from {workspace.generator_model}"
    for path in draw(settings, workspace):
        print(f"wrote {path}")
    return 0


def explore(options: dict[str, Any], activity: Activity) -> int:
    """Write the page that runs a saved generator in the browser."""
    settings = ExploreSettings(**options)
    workspace = Workspace.for_run(settings.track, settings.outputs_dir, settings.models_dir, settings.firstname)
    activity.folder = workspace.folder
    from assignment.explorer.explore import explore as write_page
    from assignment.session.screen import Screen

    activity.doing = f"making the page of {workspace.generator_model}"
    activity.after_stop = "nothing was written"
    screen = Screen()
    with screen.working("measuring the directions that change the images most") as on_progress:
        page, is_linked = write_page(settings, workspace, on_progress)
    if not is_linked:
        screen.say(f"{workspace.report} has no link to the page, because the run's records are damaged")
    screen.say(f"wrote {page} ({page.stat().st_size / 1e6:.1f} MB)")
    screen.say(f"open {page}")
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
    from assignment.data.sources import find_named_folder
    from assignment.session.screen import Screen

    screen, checks = Screen(), []
    if settings.measure:
        find_named_folder(settings.data_dir)
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
    from assignment.checking.roles import GENERATOR

    if not any(check.network is not None and check.role == GENERATOR for check in checks):
        screen.say("There is no generator to measure.")
        return
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
