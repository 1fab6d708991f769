"""Every path that a lab writes, named in one place, and how one lab makes room for another."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from assignment.storage.files import make_writable, refuse_folders
from assignment.storage.workspace import Workspace


@dataclass(frozen=True)
class LabWorkspace:
    """The files of a lab; its runs have workspaces of their own below `runs`."""

    folder: Path

    @classmethod
    def of(cls, track: str, outputs_dir: Path, firstname: str) -> LabWorkspace:
        """The workspace of a lab, by the layout `<outputs_dir>/<firstname>/lab/<track>/`."""
        return cls(outputs_dir / firstname / "lab" / track)

    @property
    def conditions(self) -> Path:
        return self.folder / "lab.json"

    @property
    def results(self) -> Path:
        return self.folder / "results.csv"

    @property
    def figure(self) -> Path:
        return self.folder / "results.png"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def lock(self) -> Path:
        return self.folder / ".lock"

    @property
    def holder(self) -> Path:
        return self.folder / ".holder.json"

    def prepare(self) -> None:
        """Make the folder, and see that its files can be written. Raises AssignmentError, naming what is in the way."""
        make_writable(self.folder)
        refuse_folders(self.conditions, self.results, self.figure, self.report)
        if self.runs.exists():
            make_writable(self.runs)

    def of_runs(self) -> list[Workspace]:
        """The workspaces of the lab's runs that have begun."""
        return [
            Workspace(lock.parent, lock.parents[2] / "models", lock.parents[1].name)
            for lock in sorted(self.runs.rglob(".lock"))
        ]

    @property
    def aside(self) -> Path:
        """Where an earlier lab waits, whole, until the one that is to replace it has a first result."""
        return self.folder / "earlier"

    @property
    def moving(self) -> Path:
        """An earlier lab on its way aside or back: what is not in it is still, or again, in its place."""
        return self.folder / "earlier-moving"

    @property
    def discarded(self) -> Path:
        """An earlier lab that is being deleted."""
        return self.folder / "earlier-discarded"

    @property
    def has_aside(self) -> bool:
        """Whether an earlier lab waits here, or was on its way."""
        return self.aside.is_dir() or self.moving.is_dir()

    def set_aside(self) -> None:
        """Put the lab that stands here aside, so that a kill at any moment leaves what `bring_back` can mend."""
        self.moving.mkdir()
        for path in filter(Path.exists, self._products):
            path.rename(self.moving / path.name)
        self.moving.rename(self.aside)

    def bring_back(self) -> None:
        """Put the lab that was put aside, if one was, in the place of what has been begun since."""
        shutil.rmtree(self.discarded, ignore_errors=True)
        if self.aside.is_dir():
            self.remove_lab()
            self.aside.rename(self.moving)
        if self.moving.is_dir():
            for path in self.moving.iterdir():
                path.rename(self.folder / path.name)
            self.moving.rmdir()

    def remove_aside(self) -> None:
        """Delete the lab that was put aside, if one was."""
        if self.aside.is_dir():
            self.aside.rename(self.discarded)
            shutil.rmtree(self.discarded, ignore_errors=True)

    def remove_lab(self) -> None:
        """Delete the lab that stands here, with its runs."""
        for path in self._products:
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)

    @property
    def _products(self) -> tuple[Path, ...]:
        return self.report, self.figure, self.results, self.conditions, self.runs

    def remove_partials(self) -> None:
        """Delete what a lab that was killed had only begun to write here."""
        for path in self.folder.glob(".partial-*"):
            path.unlink(missing_ok=True)
