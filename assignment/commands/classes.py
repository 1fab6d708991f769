"""The commands for handing in and grading: `submit` and `grade`.

Heavy packages are imported when they are needed, after the checks of the options.
"""

from __future__ import annotations

from typing import Any

from assignment.errors import EXIT_NOT_MET, AssignmentError
from assignment.grading.workspace import GradingWorkspace
from assignment.guards import Activity
from assignment.settings.grading import GradeSettings
from assignment.settings.submitting import SubmitSettings
from assignment.storage.workspace import Workspace


def submit(options: dict[str, Any], activity: Activity) -> int:
    """Write the files of a run into one ZIP file; return 0 if it was written, 1 if something is missing."""
    settings = SubmitSettings(**options)
    workspace = Workspace.for_run(settings.track, settings.outputs_dir, settings.models_dir, settings.firstname)
    activity.after_stop = "no file was written"
    from assignment.session.screen import Screen
    from assignment.storage.lock import lock_folder
    from assignment.submission.contents import read_run
    from assignment.submission.submit import submit as write_submission

    read_run(workspace, settings.train_command)  # its folder exists then, and can be locked
    activity.doing = f"submitting {workspace.folder}"
    with lock_folder(workspace, activity.command_line):
        return EXIT_NOT_MET if write_submission(settings, workspace, Screen()) is None else 0


def grade(options: dict[str, Any], activity: Activity) -> int:
    """Grade the submissions of a class."""
    settings = GradeSettings(**options)
    workspace = GradingWorkspace(settings.out)
    activity.after_stop = "the same command continues; results that are finished are kept"
    activity.less_memory = "close other programs, or choose a smaller number of --jobs"
    activity.doing = f"grading {settings.folder}"
    from assignment.data.sources import find_named_folder
    from assignment.grading.grade import grade_class
    from assignment.session.screen import Screen
    from assignment.storage.lock import lock_folder

    find_named_folder(settings.data_dir)
    if not settings.folder.exists():
        raise AssignmentError(f"{settings.folder} does not exist; give the folder with the submissions.")
    workspace.prepare()
    with lock_folder(workspace, activity.command_line):
        try:
            grade_class(settings, workspace, Screen())
        finally:
            workspace.remove_scratch()
    return 0
