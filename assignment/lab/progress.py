"""The progress of a lab on the console: a bar for each run on a terminal, otherwise a line after each run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from assignment.session.screen import Screen


@contextmanager
def lab_progress(screen: Screen, runs: int, done: int, left: str) -> Iterator[LabProgress]:
    """Show the progress of a lab within the block.

    runs: number of all runs.
    done: number of those that have a result.
    left: estimated time for the others, in words.
    """
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[unit]}"),
        TextColumn("{task.fields[left]}"),
        console=screen.console,
        expand=True,
        disable=not screen.has_live_bars,
    )
    with progress:
        yield LabProgress(screen, progress, runs, done, left)


class LabProgress:
    """The progress of a lab: its runs, by name."""

    def __init__(self, screen: Screen, progress: Progress, runs: int, done: int, left: str):
        self._screen, self._progress, self._runs = screen, progress, runs
        self._all_runs = progress.add_task(
            "all runs", total=runs, completed=done, unit="runs", left=f"about {left} left"
        )
        self._tasks: dict[str, TaskID] = {}

    def start(self, name: str, epochs: int) -> None:
        """Add a run of that many epochs."""
        self._tasks[name] = self._progress.add_task(f"  {escape(name)}", total=epochs, unit="epochs", left="")

    def update(self, name: str, epochs_done: int) -> None:
        """Move the bar of a run."""
        self._progress.update(self._tasks[name], completed=epochs_done)

    def drop(self, name: str) -> None:
        """Remove a run that waits again."""
        self._progress.remove_task(self._tasks.pop(name))

    def finish(self, name: str, took: str, done: int, left: str) -> None:
        """Remove a run that took so long. `done` and `left` are as in `lab_progress`; the times are in words."""
        self._progress.remove_task(self._tasks.pop(name))
        self._progress.update(self._all_runs, completed=done, left=f"about {left} left")
        self._screen.say(f"  {name}: {took}; {done} of {self._runs} runs done, about {left} left")
