"""The commands about practices: `practices` lists them, `lab` compares them.

Heavy packages are imported when they are needed, after the checks of the options.
"""

from __future__ import annotations

from typing import Any

from assignment.guards import Activity
from assignment.lab.settings import LabSettings
from assignment.lab.workspace import LabWorkspace
from assignment.practices.catalogue import BY_NAME
from assignment.practices.choice import checked_practices
from assignment.session.start import note_missing_letters


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
    from assignment.data.sources import find_named_folder

    if settings.data != "standin":
        find_named_folder(settings.data_dir)  # a missing one is reported before the plan
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

    note_missing_letters(settings.firstname, print)
    with lock_folder(workspace, activity.command_line):
        return run_lab(settings, workspace, activity.command_line)
