import io

import pytest
from rich.console import Console

from assignment.lab.progress import lab_progress
from assignment.session.screen import Screen


@pytest.fixture(params=[True, False], ids=["terminal", "no terminal"])
def screen(request):
    return Screen(Console(file=io.StringIO(), force_terminal=request.param, width=100, highlight=False))


def printed(screen):
    return screen.console.file.getvalue()


def test_every_run_has_a_line_when_it_ends(screen):
    with lab_progress(screen, runs=3, done=1, left="20 s") as progress:
        progress.start("ema, seed 1", epochs=2)
        progress.update("ema, seed 1", epochs_done=1)
        progress.finish("ema, seed 1", took="10 s", done=2, left="10 s")
    line = "  ema, seed 1: 10 s; 2 of 3 runs done, about 10 s left\n"
    assert line in printed(screen)
    if not screen.console.is_terminal:
        assert printed(screen) == line


def test_a_terminal_has_a_bar_for_each_run_and_one_for_all_runs(screen):
    with lab_progress(screen, runs=3, done=1, left="20 s") as progress:
        progress.start("ema, seed 1", epochs=5)
        progress.update("ema, seed 1", epochs_done=4)
    shows_bars = all(text in printed(screen) for text in ("all runs", "1/3 runs", "about 20 s left", "4/5 epochs"))
    assert shows_bars == screen.console.is_terminal


def test_a_finished_run_has_no_bar_any_more(screen):
    with lab_progress(screen, runs=3, done=0, left="20 s") as progress:
        progress.start("ema, seed 1", epochs=5)
        progress.start("ema, seed 2", epochs=5)
        progress.finish("ema, seed 1", took="10 s", done=1, left="10 s")
        with pytest.raises(KeyError):
            progress.update("ema, seed 1", epochs_done=1)
        progress.update("ema, seed 2", epochs_done=1)


def test_markup_in_the_name_of_a_run_is_text(screen):
    with lab_progress(screen, runs=1, done=0, left="20 s") as progress:
        progress.start("[bold]ema", epochs=2)
        progress.finish("[bold]ema", took="10 s", done=1, left="0 s")
    assert "[bold]ema: 10 s" in printed(screen)
