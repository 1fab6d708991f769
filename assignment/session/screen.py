"""The console: steps, tables, warnings and progress bars; plain lines if there is no terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Protocol

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    import keras

    from assignment.training.loop import Position, Row
    from assignment.training.steps import Update

RECENT_EPOCHS = 20  # the time left follows the median of so many epochs
MIN_WIDTH = 40  # columns; in fewer, every word is on a line of its own
WIDEST_TABLE = 1_000  # columns, more than any table has


class FigureDisplay(Protocol):
    """Displays the saved figures of a run: in windows, or in a notebook.

    closed_by_user: whether the figures disappear with the command, unless it waits until the user closes them.
    """

    closed_by_user: bool

    def show(self, path: Path) -> None: ...
    def show_line(self, text: str) -> bool:
        """Show a line that replaces the one before; return whether that is possible."""
        ...

    def hold(self) -> None: ...


class Screen:
    """The console of one run.

    console: by default one on standard output.
    figures: displays each figure when it is saved, if the user asked for it.
    results: the lines that each step printed with `result` or `summary`, by its number, for the report.
    """

    def __init__(self, console: Console | None = None, figures: FigureDisplay | None = None):
        self.console = console or _open_console()
        # rich also takes a file for a terminal, if a variable such as FORCE_COLOR asks for colors.
        is_terminal = self.console.is_terminal and not self.console.is_dumb_terminal
        self.has_live_bars = is_terminal and (console is not None or _has_cursor_control())
        self.current_step = ""  # of the sheet, in words
        self.results: dict[int, list[str]] = {}
        self._figures = figures
        self._step = 0

    def step(self, number: int, title: str) -> None:
        """Print the heading of a step of the sheet."""
        self._step = number
        self.results[number] = []
        self.current_step = f"running step {number} ({title})"
        self.console.print(f"\n[bold]Step {number}[/bold] · {escape(title)}")

    def result(self, text: str) -> None:
        """Print a line that belongs to the current step's result, and keep it for the report."""
        self.say(f"  {text}")
        self._keep(text)

    def _keep(self, line: str) -> None:
        self.results.setdefault(self._step, []).append(line)

    def heading(self, text: str) -> None:
        """Print a heading."""
        self.console.print(f"[bold]{escape(text)}[/bold]")

    def say_wrapped(self, text: str) -> None:
        """Print a text, wrapped at the width of the console; further lines of an indented text are indented more."""
        indent = " " * (len(text) - len(text.lstrip()))
        for line in wrap(text, self.console.width, subsequent_indent=f"{indent}  " if indent else ""):
            self.console.print(escape(line), soft_wrap=True)

    def say(self, text: str) -> None:
        """Print a line, unwrapped."""
        self.console.print(escape(text), soft_wrap=True)

    def saved(self, path: Path, quiet: bool = False) -> None:
        """Print that a figure was written, unless `quiet`, and show it if this run shows its figures."""
        if not quiet:
            self.say(f"  wrote {path}")
        if self._figures is not None:
            self._figures.show(path)

    def warn(self, title: str, text: str) -> None:
        """Print a warning in a panel."""
        self.console.print(Panel(escape(text), title=escape(title), border_style="yellow"))

    def table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table in which only the last column wraps; on a narrow console, print each row as a sentence."""
        table = Table(title=escape(title), title_justify="left")
        for cells in list(zip(heads, *rows))[:-1]:
            table.add_column(escape(cells[0]), no_wrap=True, min_width=max(map(cell_len, cells)))
        table.add_column(escape(heads[-1]))
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        unbounded = self.console.options.update_width(WIDEST_TABLE)
        if self.console.measure(table, options=unbounded).minimum <= self.console.width:
            self.console.print(table)
            return
        self.say(title)
        for first, *others in rows:
            self.say(f"  {first}: " + "; ".join(f"{head} {cell}" for head, cell in zip(heads[1:], others)))

    def summary(self, model: keras.Model) -> None:
        """Print a Keras model's `summary()` at the width of the console; keep it for the report, 80 columns wide."""
        model.summary(line_length=max(80, min(self.console.width, 100)), print_fn=self.say)
        model.summary(line_length=80, print_fn=self._keep)

    @contextmanager
    def training(self, epochs: int, updates_per_epoch: int, position: Position) -> Iterator[TrainingProgress]:
        """Within the block, show a training's progress from `position`: a live bar, or one line per epoch."""
        progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}", table_column=Column(no_wrap=True)),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[losses]}", table_column=Column(no_wrap=True)),
            _UpdatesPerSecond(table_column=Column(no_wrap=True)),
            TimeRemainingColumn(table_column=Column(no_wrap=True)),
            TextColumn("left"),
            console=self.console,
            expand=True,
            disable=not self.has_live_bars,
            speed_estimate_period=120,  # seconds; with fewer, the time left jumps at every grid
        )
        with progress:
            yield TrainingProgress(self, progress, epochs, updates_per_epoch, position)

    @contextmanager
    def working(self, description: str) -> Iterator[Callable[[float], None]]:
        """Within the block, show the progress of one long task: a bar, or one line per quarter.

        Yields a function that takes the share done, 0..1.
        """
        progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=None),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=self.console,
            expand=True,
            disable=not self.has_live_bars,
        )
        with progress:
            task = progress.add_task(description, total=1.0)
            began = time.monotonic()
            quarters = [0.25, 0.5, 0.75, 1.0]  # those not yet printed

            def update(share: float) -> None:
                progress.update(task, completed=share)
                if not self.has_live_bars and quarters and share >= quarters[0]:
                    quarters[:] = [quarter for quarter in quarters if quarter > share]
                    left = duration((time.monotonic() - began) * (1 - share) / share)
                    self.say(f"  {description}: {share:.0%}" + (f", {left} left" if share < 1 else ""))

            yield update

    def say_progress(self, text: str) -> None:
        """Print a line about the progress; in a notebook it replaces the one before."""
        if self._figures is None or not self._figures.show_line(text):
            self.say(text)

    def hold_figures(self) -> None:
        """Keep the figures on the screen until the user closes them."""
        if self._figures is not None:
            if self._figures.closed_by_user:
                self.say("\nClose the figure windows to end the command; Ctrl-C closes them all.")
            self._figures.hold()


def _open_console() -> Console:
    """Return a console on standard output with a usable width."""
    # Plain text for notebooks too: rich's HTML for them needs further packages for its progress bars.
    console = Console(highlight=False, force_jupyter=False)
    if not MIN_WIDTH <= console.width <= WIDEST_TABLE:  # the environment variable COLUMNS may have any value
        console.width = min(max(console.width or 80, MIN_WIDTH), WIDEST_TABLE)
    return console


def _has_cursor_control() -> bool:
    """Return whether standard output is a terminal in which a line can be redrawn."""
    # A command after "!" in a notebook runs in a pseudo-terminal, but its output is only appended. Jupyter sets the
    # first variable for its kernels; those that another program starts have at least the two others, from ipykernel.
    environment = os.environ
    is_notebook = "JPY_PARENT_PID" in environment or (
        environment.get("TERM") == "xterm-color" and environment.get("GIT_PAGER") == "cat"
    )
    return sys.stdout is not None and sys.stdout.isatty() and not is_notebook


class TrainingProgress:
    """The progress of a training: every update moves the bar, every epoch shows its losses."""

    def __init__(self, screen: Screen, progress: Progress, epochs: int, updates_per_epoch: int, position: Position):
        self._screen, self._progress, self._epochs = screen, progress, epochs
        self._recent_seconds: list[float] = []
        self._task = progress.add_task(
            "",
            total=epochs * updates_per_epoch,
            completed=(position.epoch - 1) * updates_per_epoch + len(position.losses),
            epoch=min(position.epoch, epochs),
            epochs=epochs,
            losses="",
        )

    def count_updates(self, update: Update) -> Update:
        """Return the same update rule, which also moves the bar."""

        def counted_update(*batch):
            losses = update(*batch)
            self._progress.advance(self._task)
            return losses

        return counted_update

    def finish_epoch(self, row: Row) -> None:
        """Show the losses of a finished epoch and the time left."""
        losses = f"discriminator {row.discriminator_loss:.3f}, generator {row.generator_loss:.3f}"
        short = f"loss D {row.discriminator_loss:.3f}, G {row.generator_loss:.3f}"  # a terminal has 80 columns
        self._progress.update(self._task, epoch=min(row.epoch + 1, self._epochs), losses=short)
        # The median of the recent epochs, so that the first one, which traces the update, does not distort it.
        self._recent_seconds = [*self._recent_seconds, row.seconds][-RECENT_EPOCHS:]
        median = sorted(self._recent_seconds)[len(self._recent_seconds) // 2]
        left = duration(median * (self._epochs - row.epoch))
        if not self._screen.has_live_bars:
            self._screen.say_progress(
                f"epoch {row.epoch}/{self._epochs}: {losses}, {row.updates / row.seconds:.2f} updates/s, {left} left"
            )


class _UpdatesPerSecond(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.2f} updates/s" if task.speed else "")


def plural(number: int, noun: str) -> str:
    """Return a number with its noun: "1 epoch", "300 epochs"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Return a time in words: "48 s", "12 min 5 s", "1 h 12 min"."""
    rounded = round(seconds)
    if rounded < 60:
        return f"{rounded} s"
    if rounded < 3600:
        return f"{rounded // 60} min {rounded % 60} s"
    return f"{rounded // 3600} h {rounded % 3600 // 60} min"
