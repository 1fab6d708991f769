"""Run a lab: run the trials that have no result yet, then show all results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from signal import Signals

from assignment.cluster.images import ImageFiles, describe_images
from assignment.data.sources import SOURCES, find_named_folder
from assignment.errors import EXIT_ERROR, EXIT_SIGNAL, AssignmentError, describe_os_error, is_disk_full
from assignment.lab.distributing import distribute_trials
from assignment.lab.plan import BASELINE, Trial, estimate_seconds, trial_command, trial_job, trials_at_once
from assignment.lab.progress import LabProgress, lab_progress
from assignment.lab.record import LabRecord
from assignment.lab.results import Result
from assignment.lab.running import Stopped, run_trials
from assignment.lab.settings import LabSettings
from assignment.lab.showing import show_results
from assignment.lab.trial_files import count_epochs, read_points, read_trial
from assignment.lab.workspace import LabWorkspace
from assignment.session.screen import Screen, duration, plural
from assignment.settings.tracks import SHEET_DATASETS
from assignment.storage.files import check_writing_allowed
from assignment.storage.lock import IN_USE, FolderTaken, check_unlocked

EXPECTED_CODES = (0, EXIT_ERROR)  # exit codes of a run that finished, or that failed with a message
INCOMPLETE = 3  # exit code of a lab in which a run has no result; 1 is a bug, 2 an error


def show_plan(settings: LabSettings, workspace: LabWorkspace) -> None:
    """Print what the lab would run and about how long that takes. Writes nothing.

    Raises AssignmentError if the folder contains another lab.
    """
    record = LabRecord(settings, workspace)
    record.check_conditions()
    print_plan(record, Screen())


def run_lab(settings: LabSettings, workspace: LabWorkspace, command: str) -> int:
    """Run the remaining trials of the lab, show all its results and return the exit code.

    `command` is the line that started it. With `settings.fresh`, an earlier lab is replaced after the first result.
    Raises AssignmentError if the folder contains another lab, or if the first run rejects its options.
    """
    screen = Screen()
    if settings.fresh or workspace.has_earlier:
        # The runs of a killed lab may still be running, in folders that are about to be moved.
        check_unlocked(workspace.run_workspaces())
    earlier_found = workspace.has_earlier
    workspace.restore_earlier()
    record = LabRecord(settings, workspace)
    if earlier_found:
        screen.say("  the earlier lab is restored: the new one had no result yet")
    record.check_conditions()
    if settings.fresh and workspace.results.exists():
        workspace.set_aside()
    elif settings.fresh:
        workspace.remove_lab()
    try:
        stopped_by = _run_remaining_trials(record, screen)
    finally:
        check_writing_allowed()  # if another lab has taken the folder, the files in it are that lab's
        no_run_finished = workspace.earlier.exists()
        if no_run_finished:
            check_unlocked(workspace.run_workspaces())  # a second Ctrl-C does not wait for the runs
            workspace.restore_earlier()
            screen.say("  no run finished; the earlier lab is unchanged")
    remaining = record.remaining_trials()
    if not no_run_finished:
        show_results(record, screen, command.replace(" --fresh", ""))
        if remaining:
            same_command = "the same command without --fresh" if settings.fresh else "the same command"
            screen.say(f"  {plural(len(remaining), 'run')} left; {same_command} continues from here")
    if stopped_by:
        return EXIT_SIGNAL + stopped_by
    return INCOMPLETE if remaining else 0


def print_plan(record: LabRecord, screen: Screen) -> None:
    """Print which trials the lab has, how many are done, and about how long the others take."""
    settings, remaining = record.settings, record.remaining_trials()
    where = f"on the cluster at {settings.scheduler}" if settings.scheduler else f"{settings.jobs} at a time"
    screen.say(
        f"{plural(len(settings.practices), 'practice')} and the {BASELINE},"
        f" {plural(settings.seeds, 'seed')} each: {plural(len(record.trials), 'run')} of"
        f" {plural(settings.epochs, 'epoch')}, {where}, in {record.workspace.folder}"
    )
    for name in (BASELINE, *settings.practices):
        trials = [trial for trial in record.trials if trial.practice == name]
        done = [trial for trial in trials if trial not in remaining]
        screen.say(f"  {name}: {len(done)} of {len(trials)} done")
    if remaining:
        source = "measured in this lab" if record.measured_seconds() else "estimated from another machine"
        on_one = " on one worker" if settings.scheduler else ""
        left = _time_left(record, trials_at_once(settings))
        screen.say(f"  {plural(len(remaining), 'run')} left, about {left}{on_one} ({source})")


def _run_remaining_trials(record: LabRecord, screen: Screen) -> Signals | None:
    """Run the trials that have no result; return the signal that stopped them, if any."""
    settings, workspace = record.settings, record.workspace
    try:
        record.save_conditions()
        print_plan(record, screen)
        remaining = record.remaining_trials()
        done = len(record.trials) - len(remaining)
        left = _time_left(record, trials_at_once(settings))
        with lab_progress(screen, len(record.trials), done, left) as progress:
            observer = _TrialRecorder(record, screen, progress)
            if settings.scheduler:
                check_unlocked(workspace.run_workspaces())  # those of a killed lab on this machine
                images = _images_to_send(settings)
                distribute_trials(
                    remaining, settings.scheduler, lambda trial: trial_job(trial, settings, images), observer
                )
            else:
                run_trials(remaining, settings.jobs, lambda trial: trial_command(trial, settings), observer)
    except Stopped as stopped:
        return stopped.signal
    except FolderTaken:
        raise  # what is in the folder now belongs to another lab
    except AssignmentError:
        if not workspace.results.exists():  # the folder may then be used under other conditions
            check_writing_allowed()
            workspace.conditions.unlink(missing_ok=True)
        raise
    return None


class _TrialRecorder:
    """Record the result of each trial, and show the progress. Implements `ClusterObserver`."""

    def __init__(self, record: LabRecord, screen: Screen, progress: LabProgress):
        self._record, self._screen, self._progress = record, screen, progress
        self._at_once = trials_at_once(record.settings)

    def on_start(self, trial: Trial) -> None:
        self._progress.start(trial.name, self._record.settings.epochs)

    def on_end(self, trial: Trial, exit_code: int, seconds: float) -> None:
        """Record the result of a trial, if it has one.

        Raises AssignmentError if the first baseline rejects its options, because every other run would, too.
        """
        result = self._read_result(trial) if exit_code in EXPECTED_CODES else None
        if result is None:
            self._report_failure(trial, exit_code)
        else:
            self._add_result(trial, result)
        done = len(self._record.trials) - len(self._record.remaining_trials())
        self._progress.finish(trial.name, duration(seconds), done, _time_left(self._record, self._at_once))

    def on_wait(self, trial: Trial) -> None:
        self._progress.drop(trial.name)

    def on_note(self, text: str) -> None:
        self._screen.say_wrapped(f"  {text}")

    def on_poll(self, running: Sequence[Trial]) -> None:
        if self._record.settings.scheduler:
            self._at_once = max(self._at_once, len(running))
        for trial in running:
            history = trial.run_workspace(self._record.settings).history
            self._progress.update(trial.name, count_epochs(history))

    def on_stop(self, count: int) -> None:
        self._screen.say(f"  stopping: waiting for {plural(count, 'run')} to save a checkpoint")

    def _read_result(self, trial: Trial) -> Result | None:
        settings = self._record.settings
        result = read_trial(trial.practice, trial.seed, trial.run_workspace(settings))
        if result is not None and result.status == "finished" and result.epochs != settings.epochs:
            return None  # an earlier run of another length
        return result

    def _report_failure(self, trial: Trial, exit_code: int) -> None:
        last_line = _last_line(trial.log)
        if IN_USE in last_line:
            self._screen.say(f"  {trial.name} is still running for a lab that was killed; it is left alone")
            return
        if exit_code == EXIT_ERROR and trial.practice == BASELINE and not self._record.results:
            raise AssignmentError(f"the run of {trial.name} failed: {last_line.removeprefix('error: ')}")
        self._screen.say(f"  {trial.name} ended without a result (exit code {exit_code}): {last_line} ({trial.log})")

    def _add_result(self, trial: Trial, result: Result) -> None:
        """Add the result, and delete the checkpoints of a finished trial when the result is saved."""
        workspace = self._record.workspace
        points = read_points(trial.practice, trial.seed, trial.run_workspace(self._record.settings))
        self._record.add_result(result, points)
        workspace.discard_earlier()  # before results.csv is written: a kill in between must not restore the earlier lab
        if self._save_results() and result.status == "finished":
            trial.run_workspace(self._record.settings).remove_checkpoints()

    def _save_results(self) -> bool:
        """Save the results; return False if that fails, for example because a spreadsheet has the file open.

        Raises OSError if the disk is full.
        """
        try:
            if not self._record.workspace.conditions.exists():  # the folder was deleted
                self._record.save_conditions()
            self._record.save_results()
        except OSError as error:
            if is_disk_full(error):
                raise
            self._screen.say(f"  the lab continues, but its results are not saved: {describe_os_error(error)}")
            return False
        return True


def _last_line(log: Path) -> str:
    """Return the last line of a run's output; empty if the log was deleted, which ends no lab."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def _images_to_send(settings: LabSettings) -> ImageFiles | None:
    """Return the files of the named data folder; without one, each worker finds the images itself."""
    folder = find_named_folder(settings.data_dir) if settings.data != "standin" else None
    return describe_images(SOURCES[SHEET_DATASETS[settings.track]], folder) if folder else None


def _time_left(record: LabRecord, at_once: int) -> str:
    return duration(estimate_seconds(record.remaining_trials(), record.settings, record.measured_seconds(), at_once))
