import io

import pytest
from rich.console import Console

from assignment.session.screen import Screen, duration, plural
from assignment.training.loop import Position, Row


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (725, "12 min 5 s"), (4321, "1 h 12 min")]
)
def test_durations_for_people(seconds, text):
    assert duration(seconds) == text


def test_one_and_many():
    assert (plural(1, "epoch"), plural(300, "epoch")) == ("1 epoch", "300 epochs")


def test_without_a_terminal_one_line_an_epoch():
    said = io.StringIO()
    screen = Screen(Console(file=said, highlight=False))
    with screen.training(epochs=3, updates_per_epoch=2, position=Position()) as progress:
        progress.count_updates(lambda real_images, noise: None)(None, None)
        progress.finish_epoch(Row(1, 0.5, 1.25, 0.4, 0.6, updates=2, seconds=4.0))
    assert said.getvalue() == ("epoch 1/3: discriminator 0.500, generator 1.250, 0.50 updates/s, 8 s left\n")


def test_on_a_terminal_a_bar():
    said = io.StringIO()
    screen = Screen(Console(file=said, force_terminal=True, width=80))
    with screen.training(epochs=3, updates_per_epoch=2, position=Position()) as progress:
        update = progress.count_updates(lambda real_images, noise: "losses")
        assert update(None, None) == "losses"
        progress.finish_epoch(Row(1, 0.5, 1.25, 0.4, 0.6, updates=2, seconds=4.0))
    assert "epoch 2/3" in said.getvalue() and "loss D 0.500, G 1.250" in said.getvalue()


TABLE = ("title", ("practice", "judge FID", "verdict"), [("least-squares", "-5.0 (-7.5 to -2.5)", "not enough seeds")])


def test_a_table_breaks_its_last_column_alone():
    said = io.StringIO()
    Screen(Console(file=said, width=54)).table(*TABLE)
    assert "least-squares" in said.getvalue() and "-5.0 (-7.5 to -2.5)" in said.getvalue()
    assert "not enough" in said.getvalue() and "not enough seeds" not in said.getvalue()


def test_a_table_that_is_wider_than_the_console_is_told_in_words():
    said = io.StringIO()
    Screen(Console(file=said, width=40)).table(*TABLE)
    assert said.getvalue() == ("title\n  least-squares: judge FID -5.0 (-7.5 to -2.5); verdict not enough seeds\n")


def test_markup_in_a_text_is_text():
    said = io.StringIO()
    Screen(Console(file=said)).say("ds1_ana['images'] [bold]")
    assert said.getvalue() == "ds1_ana['images'] [bold]\n"


def test_the_bar_of_a_training_that_is_continued_begins_where_it_stands():
    said = io.StringIO()
    screen = Screen(Console(file=said, force_terminal=True, width=80))
    with screen.training(epochs=4, updates_per_epoch=2, position=Position(3, ["one update's losses"])) as progress:
        assert progress._progress.tasks[0].completed == 5
    assert "epoch 3/4" in said.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_one_long_piece_of_work_has_a_bar_or_a_line_at_every_quarter(terminal):
    said = io.StringIO()
    with Screen(Console(file=said, force_terminal=terminal, width=80)).working("training the judge") as done:
        for share in (0.1, 0.3, 0.4, 0.8, 0.9, 1.0):
            done(share)
    assert ("left" in said.getvalue()) == terminal
    if not terminal:
        assert said.getvalue().split() == [
            *"training the judge: 25% training the judge: 50% training the judge: 75% training the judge: 100%".split()
        ]
