"""One sitting of a lab: what is left of its plan is run, then all that there is by then is shown."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from typing import Any

from assignment.errors import STOPPED, WRONG_INPUT, AssignmentError, no_room, sentence_for
from assignment.lab.plan import BASELINE, OTHER_SECONDS, Trial, command, seconds_expected, trials
from assignment.lab.results import read_results, read_trial, write_results
from assignment.lab.running import Stopped, run_trials
from assignment.lab.settings import LabSettings
from assignment.lab.showing import show_results
from assignment.lab.workspace import LabWorkspace
from assignment.session.screen import Screen, counted, duration
from assignment.storage.files import replacing
from assignment.storage.lock import IN_USE, check_nobody_writes

ENDED = (0, WRONG_INPUT)  # a run that came to its end, or that says what stopped it
INCOMPLETE = 1  # some run has no result


def show_plan(settings: LabSettings, workspace: LabWorkspace) -> None:
    """Say what the lab would run and about how long that takes; nothing is written."""
    lab = _Lab(settings, workspace, Screen())
    lab.check_conditions()
    lab.tell_plan()


def conduct_lab(settings: LabSettings, workspace: LabWorkspace, line: str) -> int:
    """Run what is left of the lab, then show all that it has found; the exit code. `line` is the command given.

    Raises AssignmentError when the folder holds another lab, or when a run does not take what it is given.
    """
    if settings.fresh or workspace.has_aside:
        check_nobody_writes(workspace.of_runs())  # for a lab that was killed, in folders that are to be moved
    was_aside = workspace.has_aside
    workspace.bring_back()
    lab = _Lab(settings, workspace, Screen())
    if was_aside:
        lab.screen.say("  the earlier lab is back: the one that was to replace it came to no result")
    lab.check_conditions()
    if settings.fresh and workspace.results.exists():
        workspace.set_aside()
    elif settings.fresh:
        workspace.remove_lab()
    try:
        lab.keep_conditions()
        lab.tell_plan()
        lab.run()
        stopped_by = None
    except Stopped as stop:
        stopped_by = stop.signal
    except AssignmentError:
        if not workspace.results.exists():  # nothing was done under these conditions
            workspace.conditions.unlink(missing_ok=True)
        raise
    finally:
        for_nothing = workspace.aside.exists()
        if for_nothing:
            check_nobody_writes(workspace.of_runs())  # whom a second Ctrl-C did not wait for
            workspace.bring_back()
            lab.screen.say("  no run came to its end; the earlier lab is as it was")
    code = STOPPED + stopped_by if stopped_by else INCOMPLETE if lab.left() else 0
    if for_nothing:
        return code
    show_results(lab.results, settings, workspace, lab.screen, line.replace(" --fresh", ""))
    if lab.left():
        again = "the same command without --fresh" if settings.fresh else "the same command"
        lab.screen.say(f"  {counted(len(lab.left()), 'run')} left; {again} goes on from here")
    return code


class _Lab:
    def __init__(self, settings: LabSettings, workspace: LabWorkspace, screen: Screen):
        self.settings, self.workspace, self.screen = settings, workspace, screen
        self._trials = trials(settings, workspace.folder)
        try:
            self.results = [] if settings.fresh else read_results(workspace.results)
        except ValueError as error:
            raise AssignmentError(
                f"{error}; mend it from a copy, or move it away: what the runs' folders still hold is taken in again."
            ) from error

    def check_conditions(self) -> None:
        """Refuse to mix this lab with another that stands in its folder."""
        standing = self._standing_conditions()
        wanted = self._conditions()
        different = [name for name in wanted if standing and standing.get(name) != wanted[name]]
        if different:
            name = different[0]
            raise AssignmentError(
                f"{self.workspace.folder} holds a lab with --{name.replace('_', '-')} {standing.get(name)} (this"
                f" command has {wanted[name]}); give what it has to go on, --fresh to start over, or another"
                " --outputs-dir."
            )

    def keep_conditions(self) -> None:
        with replacing(self.workspace.conditions) as temporary:
            temporary.write_text(json.dumps(self._conditions(), indent=2) + "\n", encoding="utf-8")

    def tell_plan(self) -> None:
        """Say what is to be run, what is done, and about how long the rest takes."""
        settings, left = self.settings, self.left()
        self.screen.say(
            f"{counted(len(settings.practices), 'practice')} and the {BASELINE},"
            f" {counted(settings.seeds, 'seed')} each: {counted(len(self._trials), 'run')} of"
            f" {counted(settings.epochs, 'epoch')}, {settings.jobs} at a time, in {self.workspace.folder}"
        )
        for name in (BASELINE, *settings.practices):
            of_name = [trial for trial in self._trials if trial.practice == name]
            done = [trial for trial in of_name if trial not in left]
            self.screen.say(f"  {name}: {len(done)} of {len(of_name)} done")
        if left:
            source = "by what this lab has measured" if self._measured() else "if this machine is like ours"
            self.screen.say(f"  {counted(len(left), 'run')} left, about {self._time_left()} ({source})")

    def run(self) -> None:
        """Run what is left, with a view of all of it."""
        left = self.left()
        with self.screen.lab(len(self._trials), len(self._trials) - len(left), self._time_left()) as view:

            def started(trial: Trial) -> None:
                view.started(trial.name, self.settings.epochs)

            def ended(trial: Trial, code: int, seconds: float) -> None:
                self._take_in(trial, code)
                view.ended(trial.name, duration(seconds), len(self._trials) - len(self.left()), self._time_left())

            def look(running: Sequence[Trial]) -> None:
                for trial in running:
                    view.at(trial.name, self._epochs_done(trial))

            def stopping(running: int) -> None:
                self.screen.say(f"  stopping: what {counted(running, 'run')} has trained is saved first")

            run_trials(
                left, self.settings.jobs, lambda trial: command(trial, self.settings), started, ended, look, stopping
            )

    def _take_in(self, trial: Trial, code: int) -> None:
        """Keep the result of a trial that has ended, and let go of its checkpoints where it came to its end.

        Raises AssignmentError for a first baseline that does not take what it is given, since no other run will.
        """
        result = read_trial(trial.practice, trial.seed, trial.run_folder(self.settings)) if code in ENDED else None
        if result is None or result.status == "finished" and result.epochs != self.settings.epochs:
            log = trial.folder / "log.txt"
            last = (log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or [""])[-1]
            if code == WRONG_INPUT and trial.practice == BASELINE and not self.results and IN_USE not in last:
                raise AssignmentError(f"the run of {trial.name} says: {last.removeprefix('error: ')}")
            if IN_USE in last:
                self.screen.say(f"  {trial.name} is still at work for a lab that was killed; it is left to its end")
                return
            self.screen.say(f"  {trial.name} ended without a result (exit code {code}): {last} ({log})")
            return
        self.results = [one for one in self.results if (one.practice, one.seed) != (trial.practice, trial.seed)]
        self.results.append(result)
        self.workspace.remove_aside()  # before there is a table, so that no kill lets it replace this lab
        if self._keep_results() and result.status == "finished":
            shutil.rmtree(trial.run_folder(self.settings) / "checkpoints", ignore_errors=True)

    def _keep_results(self) -> bool:
        """Write the table; False where it cannot be, as while a spreadsheet holds it. Raises OSError on a full disk."""
        try:
            write_results(self.workspace.results, self.results)
            return True
        except OSError as error:
            if no_room(error):
                raise
            self.screen.say(f"  the lab goes on, but {sentence_for(error)}")
            return False

    def left(self) -> list[Trial]:
        """The trials that have no result yet, in their order."""
        done = {(result.practice, result.seed) for result in self.results}
        return [trial for trial in self._trials if (trial.practice, trial.seed) not in done]

    def _time_left(self) -> str:
        return duration(seconds_expected(self.left(), self.settings, self._measured()))

    def _measured(self) -> dict[str, float]:
        """The seconds that this lab's trials took, by practice: a mean over the seeds."""
        seconds: dict[str, list[float]] = {}
        for result in self.results:
            if result.status == "finished":
                seconds.setdefault(result.practice, []).append(result.seconds + OTHER_SECONDS)
        return {practice: sum(of) / len(of) for practice, of in seconds.items()}

    def _epochs_done(self, trial: Trial) -> int:
        try:
            with (trial.run_folder(self.settings) / "history.csv").open(newline="", encoding="utf-8") as lines:
                return sum(1 for _ in csv.reader(lines)) - 1
        except OSError:
            return 0

    def _conditions(self) -> dict[str, Any]:
        settings = self.settings
        # Where the real images come from makes no difference; each result says which ones it is of.
        images = "standin" if settings.data == "standin" else "real"
        return {"track": settings.track, "epochs": settings.epochs, "precision": settings.precision, "data": images}

    def _standing_conditions(self) -> dict[str, Any]:
        if self.settings.fresh:
            return {}
        try:
            standing = json.loads(self.workspace.conditions.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            standing = None
        whole = isinstance(standing, dict) and standing.keys() >= self._conditions().keys()
        return standing if whole else self._conditions_of_results()

    def _conditions_of_results(self) -> dict[str, Any]:
        """What the table itself tells, where nothing else does."""
        finished = [result for result in self.results if result.status == "finished"]
        if not finished:
            return {}
        images = "standin" if finished[0].is_of_standin else "real"
        return {**self._conditions(), "epochs": finished[0].epochs, "data": images}
