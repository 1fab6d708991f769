"""What the person in front of it sees: steps, tables, a progress bar; plain lines where there is no terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from assignment.figures.window import Windows

if TYPE_CHECKING:
    from assignment.training.loop import Place

EPOCHS_IN_A_SMOOTHED_LINE = 20


class Screen:
    """The console of one run. `windows` shows each figure as it is saved, where the person asked for it."""

    def __init__(self, console: Console | None = None, windows: Windows | None = None):
        self.console = console or Console(file=_Steadfast(), highlight=False)
        self._windows = windows

    def step(self, number: int, title: str) -> None:
        """Head a step of the sheet."""
        self.console.print(f"\n[bold]Step {number}[/bold] · {escape(title)}")

    def say(self, text: str) -> None:
        self.console.print(escape(text), soft_wrap=True)

    def saved(self, path: Path, quietly: bool = False) -> None:
        """Say, unless `quietly`, that a picture was written, and show it where windows were asked for."""
        if not quietly:
            self.say(f"  wrote {path}")
        if self._windows is not None:
            self._windows.show(path)

    def warn(self, title: str, text: str) -> None:
        """A panel that nobody overlooks."""
        self.console.print(Panel(escape(text), title=escape(title), border_style="yellow"))

    def table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table, whose last column alone is broken into lines; on too narrow a console, each row in words."""
        table = Table(title=escape(title), title_justify="left")
        for cells in list(zip(heads, *rows))[:-1]:
            table.add_column(escape(cells[0]), no_wrap=True, min_width=max(map(cell_len, cells)))
        table.add_column(escape(heads[-1]))
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        unbounded = self.console.options.update_width(1_000)  # columns, more than any table has
        if self.console.measure(table, options=unbounded).minimum <= self.console.width:
            self.console.print(table)
            return
        self.say(title)
        for first, *others in rows:
            self.say(f"  {first}: " + "; ".join(f"{head} {cell}" for head, cell in zip(heads[1:], others)))

    def summary(self, model) -> None:
        """Print a Keras model's `summary()` at the width of the console, unbroken."""
        model.summary(line_length=max(80, min(self.console.width, 100)), print_fn=self.say)

    @contextmanager
    def training(self, epochs: int, updates_per_epoch: int, place: Place) -> Iterator[TrainingView]:
        """Within the block, a view of the training from `place` on: a live bar on a terminal, else a line an epoch."""
        progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}", table_column=Column(no_wrap=True)),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[losses]}", table_column=Column(no_wrap=True)),
            _UpdatesPerSecond(table_column=Column(no_wrap=True)),
            TimeRemainingColumn(table_column=Column(no_wrap=True)),
            TextColumn("left"),
            console=self.console,
            expand=True,
            disable=not self.console.is_terminal,
            speed_estimate_period=120,  # seconds; a shorter memory makes the time left jump at every grid
        )
        with progress:
            yield TrainingView(self, progress, epochs, updates_per_epoch, place)

    @contextmanager
    def working(self, on: str) -> Iterator[Callable[[float], None]]:
        """Within the block, a bar for one long piece of work, or without a terminal a line at every quarter of it.

        What it yields takes the share done, 0..1.
        """
        progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=None),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=self.console,
            expand=True,
            disable=not self.console.is_terminal,
        )
        with progress:
            task, quarters = progress.add_task(on, total=1.0), iter((0.25, 0.5, 0.75, 1.0))
            due = [next(quarters)]

            def done(share: float) -> None:
                progress.update(task, completed=share)
                if not self.console.is_terminal and share >= due[0]:
                    self.say(f"  {on}: {due[0]:.0%}")
                    due[0] = next(quarters, 2.0)

            yield done

    @contextmanager
    def lab(self, runs: int, done: int, left: str) -> Iterator[LabView]:
        """Within the block, a view of many runs: a bar for each under way and one for all, else a line for each.

        `done` of them have a result; `left` is the time that the others take, in words.
        """
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[unit]}"),
            TextColumn("{task.fields[left]}"),
            console=self.console,
            expand=True,
            disable=not self.console.is_terminal,
        )
        with progress:
            yield LabView(self, progress, runs, done, left)

    def practices(self, catalogue: Sequence) -> None:
        """List practices: their name, what they change, against what, their source and their cost."""
        for practice in catalogue:
            self.console.print(f"[bold]{escape(practice.name)}[/bold]: {escape(practice.change)}", soft_wrap=False)
            for title, text in (("against", practice.problem), ("from", practice.paper), ("cost", practice.cost)):
                self.console.print(f"    {title}: {escape(text)}", soft_wrap=False)

    def hold_windows(self) -> None:
        """Keep the windows open until the person closes them."""
        if self._windows is not None:
            self._windows.hold()


class _Steadfast:
    """Standard output that falls silent when it cannot be written: a training is worth more than its messages.

    Its reader may have gone, as in `... | head`, its terminal may be closed, or the disk of its file be full.
    """

    def write(self, text: str) -> int:
        return self._try(sys.stdout.write, text) or len(text)

    def flush(self) -> None:
        self._try(sys.stdout.flush)

    def __getattr__(self, name: str):
        return getattr(sys.stdout, name)

    @staticmethod
    def _try(action, *arguments):
        try:
            return action(*arguments)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class TrainingView:
    """The progress of a training: every update moves the bar, every row says its losses."""

    def __init__(self, screen: Screen, progress: Progress, epochs: int, updates_per_epoch: int, place: Place):
        self._screen, self._progress, self._epochs = screen, progress, epochs
        self._seconds_left = _SecondsLeft()
        done = (place.epoch - 1) * updates_per_epoch + len(place.losses)
        self._task = progress.add_task(
            "",
            total=epochs * updates_per_epoch,
            completed=done,
            epoch=min(place.epoch, epochs),
            epochs=epochs,
            losses="",
        )

    def counted(self, update):
        """The same update rule, moving the bar each time."""

        def counted_update(*batch):
            losses = update(*batch)
            self._progress.advance(self._task)
            return losses

        return counted_update

    def row(self, row) -> None:
        """Tell of a finished epoch."""
        losses = f"discriminator {row.discriminator_loss:.3f}, generator {row.generator_loss:.3f}"
        short = f"loss D {row.discriminator_loss:.3f}, G {row.generator_loss:.3f}"  # a terminal has 80 columns
        self._progress.update(self._task, epoch=min(row.epoch + 1, self._epochs), losses=short)
        left = self._seconds_left.after(row.seconds, self._epochs - row.epoch)
        if not self._screen.console.is_terminal:
            self._screen.say(
                f"epoch {row.epoch}/{self._epochs}: {losses}, {row.updates / row.seconds:.2f} updates/s, {left} left"
            )


class LabView:
    """The progress of a lab: its runs, by name."""

    def __init__(self, screen: Screen, progress: Progress, runs: int, done: int, left: str):
        self._screen, self._progress, self._runs = screen, progress, runs
        self._all = progress.add_task("all runs", total=runs, completed=done, unit="runs", left=f"about {left} left")
        self._tasks: dict[str, int] = {}

    def started(self, name: str, epochs: int) -> None:
        self._tasks[name] = self._progress.add_task(f"  {escape(name)}", total=epochs, unit="epochs", left="")

    def at(self, name: str, epochs_done: int) -> None:
        self._progress.update(self._tasks[name], completed=epochs_done)

    def ended(self, name: str, took: str, done: int, left: str) -> None:
        """Take a run out of the view; `done` runs have a result; `took` and `left` are times in words."""
        self._progress.remove_task(self._tasks.pop(name))
        self._progress.update(self._all, completed=done, left=f"about {left} left")
        self._screen.say(f"  {name}: {took}; {done} of {self._runs} runs done, about {left} left")


class _SecondsLeft:
    def __init__(self):
        self._recent: list[float] = []

    def after(self, seconds: float, epochs_left: int) -> str:
        self._recent = [*self._recent, seconds][-EPOCHS_IN_A_SMOOTHED_LINE:]
        # The middle one of the recent epochs: the first, which traces the update, does not count for more than it is.
        return duration(sorted(self._recent)[len(self._recent) // 2] * epochs_left)


class _UpdatesPerSecond(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.2f} updates/s" if task.speed else "")


def counted(number: int, noun: str) -> str:
    """A number of things: "1 epoch", "300 epochs"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """A time for people: "48 s", "12 min 5 s", "1 h 12 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
