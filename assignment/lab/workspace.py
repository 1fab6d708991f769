"""Every path that a lab writes, in one place, and how a new lab replaces an earlier one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from assignment.storage.files import (
    PARTIAL_NAME,
    check_files,
    check_spelling,
    check_writing_allowed,
    ensure_writable,
    files_named,
)
from assignment.storage.workspace import USE_THE_OTHER_NAME, RunFile, Workspace


@dataclass(frozen=True)
class LabWorkspace:
    """The files of a lab. Its runs have their own workspaces in `runs`."""

    folder: Path

    conditions = RunFile("lab.json")
    results = RunFile("results.csv")
    figure = RunFile("results.png")
    curves = RunFile("curves.csv")
    curves_figure = RunFile("curves.png")
    report = RunFile("report.html")
    runs = RunFile("runs")  # a folder
    lock = RunFile(".lock")
    holder = RunFile(".holder.json")
    earlier = RunFile("earlier")  # a complete earlier lab, kept until the new lab has its first result
    moving = RunFile("earlier-moving")  # an earlier lab while it is set aside or restored; its rest is in `folder`
    discarded = RunFile("earlier-discarded")  # an earlier lab that is being deleted

    @classmethod
    def for_lab(cls, track: str, outputs_dir: Path, firstname: str) -> LabWorkspace:
        """Return the workspace of a lab, with the layout `<outputs_dir>/<firstname>/lab/<track>/`."""
        return cls(outputs_dir / firstname / "lab" / track)

    def trial_folder(self, practice: str, seed: int) -> Path:
        return self.runs / practice / f"seed_{seed}"

    def prepare(self) -> None:
        """Create the folder, and check that the lab's files can be written.

        Raises AssignmentError, which names what is in the way.
        """
        check_spelling(self.folder.parent.parent, USE_THE_OTHER_NAME)
        ensure_writable(self.folder)
        check_files(
            self.conditions,
            self.results,
            self.curves,
            self.figure,
            self.curves_figure,
            self.report,
            self.lock,
            self.holder,
        )
        if self.runs.exists():
            ensure_writable(self.runs)

    def run_workspaces(self) -> list[Workspace]:
        """Return the workspaces of the lab's runs that have started."""
        workspaces = []
        # runs/<practice>/seed_<n>/<firstname>/<track>/.lock
        for lock in filter(Path.is_file, sorted(self.runs.glob(f"*/seed_*/*/*/{self.lock.name}"))):
            track, firstname, trial = lock.parent, lock.parents[1], lock.parents[2]
            workspaces.append(Workspace.for_run(track.name, trial, trial / "models", firstname.name))
        return workspaces

    @property
    def has_earlier(self) -> bool:
        """Whether an earlier lab is set aside here, completely or in part."""
        return self.earlier.is_dir() or self.moving.is_dir()

    def set_aside(self) -> None:
        """Set aside the lab in this folder. If the program is killed meanwhile, `restore_earlier` undoes it."""
        check_writing_allowed()
        self.moving.mkdir()
        for path in filter(Path.exists, self._contents):
            path.rename(self.moving / path.name)
        self.moving.rename(self.earlier)

    def restore_earlier(self) -> None:
        """Restore the lab that was set aside, if any; it replaces what was written since."""
        check_writing_allowed()
        shutil.rmtree(self.discarded, ignore_errors=True)
        if self.earlier.is_dir():
            self.remove_lab()
            self.earlier.rename(self.moving)
        if self.moving.is_dir():
            for path in self.moving.iterdir():
                path.rename(self.folder / path.name)
            self.moving.rmdir()

    def discard_earlier(self) -> None:
        """Delete the lab that was set aside, if any."""
        check_writing_allowed()
        if self.earlier.is_dir():
            self.earlier.rename(self.discarded)
            shutil.rmtree(self.discarded, ignore_errors=True)

    def remove_lab(self) -> None:
        """Delete the lab in this folder, with its runs."""
        check_writing_allowed()
        for path in self._contents:
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)

    def remove_partials(self) -> None:
        """Delete the partial files of a lab that was killed."""
        for path in files_named(self.folder, PARTIAL_NAME):
            path.unlink(missing_ok=True)

    @property
    def _contents(self) -> tuple[Path, ...]:
        return (
            self.report,
            self.curves_figure,
            self.figure,
            self.curves,
            self.results,
            self.conditions,
            self.runs,
        )
