import io
import sys

import keras
import pytest

from assignment.session.screen import MIN_WIDTH, WIDEST_TABLE, Screen, duration, plural
from assignment.training.loop import Position, Row

ROW = Row(1, 0.5, 1.25, 0.4, 0.6, updates=2, seconds=4.0)
TABLE = ("title", ("practice", "judge FID", "verdict"), [("least-squares", "-5.0 (-7.5 to -2.5)", "not enough seeds")])


@pytest.fixture
def terminal(make_screen):
    """The screen of a terminal with 80 columns."""
    return make_screen(force_terminal=True, width=80)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (725, "12 min 5 s"), (4321, "1 h 12 min")]
)
def test_a_duration_is_rounded_to_two_units(seconds, text):
    assert duration(seconds) == text


def test_only_the_number_one_has_a_singular_noun():
    assert (plural(1, "epoch"), plural(300, "epoch")) == ("1 epoch", "300 epochs")


def test_without_a_terminal_a_training_prints_one_line_per_epoch(make_screen, printed):
    screen = make_screen()
    with screen.training(epochs=3, updates_per_epoch=2, position=Position()) as progress:
        progress.count_updates(lambda real_images, noise: None)(None, None)
        progress.finish_epoch(ROW)
    assert printed(screen) == "epoch 1/3: discriminator 0.500, generator 1.250, 0.50 updates/s, 8 s left\n"


def test_on_a_terminal_a_training_has_a_progress_bar(terminal, printed):
    with terminal.training(epochs=3, updates_per_epoch=2, position=Position()) as progress:
        update = progress.count_updates(lambda real_images, noise: "losses")
        assert update(None, None) == "losses"
        progress.finish_epoch(ROW)
    assert "epoch 2/3" in printed(terminal) and "loss D 0.500, G 1.250" in printed(terminal)


def test_the_bar_of_a_continued_training_starts_at_its_position(terminal, printed):
    with terminal.training(
        epochs=4, updates_per_epoch=2, position=Position(3, ["the losses of an update"])
    ) as progress:
        assert progress._progress.tasks[0].completed == 5
    assert "epoch 3/4" in printed(terminal)


def test_only_the_last_column_of_a_table_wraps(make_screen, printed):
    screen = make_screen(width=54)
    screen.table(*TABLE)
    assert "least-squares" in printed(screen) and "-5.0 (-7.5 to -2.5)" in printed(screen)
    assert "not enough" in printed(screen) and "not enough seeds" not in printed(screen)


def test_a_table_that_is_wider_than_the_console_is_printed_as_sentences(make_screen, printed):
    screen = make_screen(width=40)
    screen.table(*TABLE)
    assert printed(screen) == "title\n  least-squares: judge FID -5.0 (-7.5 to -2.5); verdict not enough seeds\n"


def test_markup_in_a_text_is_printed_as_text(make_screen, printed):
    screen = make_screen()
    screen.say("ds1_ana['images'] [bold]")
    assert printed(screen) == "ds1_ana['images'] [bold]\n"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_long_task_has_a_bar_on_a_terminal_and_otherwise_a_line_per_quarter(make_screen, printed, is_terminal):
    screen = make_screen(force_terminal=is_terminal, width=80)
    with screen.working("training the judge") as update:
        for share in (0.1, 0.3, 0.4, 0.8, 0.9, 1.0):
            update(share)
    if is_terminal:
        assert "left" in printed(screen)
    else:
        assert printed(screen).splitlines() == [
            "  training the judge: 30%, 0 s left",
            "  training the judge: 80%, 0 s left",
            "  training the judge: 100%",
        ]


def test_results_are_printed_and_kept_for_the_report_by_step(make_screen, printed):
    screen = make_screen()
    screen.step(1, "Get the data")
    screen.result("dataset.shape = (7000, 28, 28)")
    screen.say("only printed")
    screen.step(3, "Build the generator")
    screen.summary(keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)], name="tiny"))
    assert "  dataset.shape = (7000, 28, 28)\n" in printed(screen) and "Total params: 9" in printed(screen)
    assert screen.results[1] == ["dataset.shape = (7000, 28, 28)"]
    assert 'Model: "tiny"' in screen.results[3][0] and max(map(len, "\n".join(screen.results[3]).splitlines())) <= 80


def test_the_user_reads_how_to_close_the_windows_before_the_command_waits(make_screen, printed):
    class Windows:
        def hold(self):
            assert "Close the figure windows to end the command" in printed(screen)

    screen = make_screen()
    screen.hold_figures()
    assert printed(screen) == ""
    screen._windows = Windows()
    screen.hold_figures()


class Terminal(io.StringIO):
    """A standard output that claims to be a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def open_screen(monkeypatch):
    """A function that opens the screen of a run on this standard output, with only these environment variables."""

    def open_it(stdout, **environment):
        for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "GIT_PAGER"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv("JPY_PARENT_PID", raising=False)
        for name, value in {"TERM": "xterm", **environment}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdout", stdout)
        return Screen()

    return open_it


def test_a_terminal_has_live_bars(open_screen):
    assert open_screen(Terminal()).has_live_bars


@pytest.mark.parametrize(
    "environment",
    [{"JPY_PARENT_PID": "1"}, {"TERM": "xterm-color", "GIT_PAGER": "cat"}, {"TERM": "dumb"}, {"TERM": "unknown"}],
)
def test_a_terminal_without_cursor_control_has_lines(open_screen, environment):
    assert not open_screen(Terminal(), FORCE_COLOR="1", **environment).has_live_bars


def test_forced_colors_in_a_file_are_colors_without_bars(open_screen):
    stdout = io.StringIO()
    screen = open_screen(stdout, FORCE_COLOR="1")
    screen.step(7, "Train")
    with screen.training(epochs=3, updates_per_epoch=2, position=Position()) as progress:
        progress.finish_epoch(ROW)
    assert stdout.getvalue() == (
        "\n\x1b[1mStep 7\x1b[0m · Train\nepoch 1/3: discriminator 0.500, generator 1.250, 0.50 updates/s, 8 s left\n"
    )


def test_without_colors_a_terminal_has_bars(open_screen):
    assert open_screen(Terminal(), NO_COLOR="1").has_live_bars


@pytest.mark.parametrize(
    ("columns", "width"),
    [("0", 80), ("1", MIN_WIDTH), ("-5", 80), ("abc", 80), ("", 80), ("60", 60), ("100000", WIDEST_TABLE)],
)
def test_the_width_is_usable_whatever_columns_says(open_screen, monkeypatch, columns, width):
    monkeypatch.setattr("os.get_terminal_size", lambda *descriptor: (80, 25))
    assert open_screen(io.StringIO(), COLUMNS=columns).console.width == width


def test_a_notebook_receives_plain_text(open_screen, monkeypatch):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    stdout = io.StringIO()
    open_screen(stdout).say("text")
    assert stdout.getvalue() == "text\n"


def test_a_step_that_began_is_the_current_one(make_screen):
    screen = make_screen()
    screen.step(3, "Build")
    assert screen.current_step == "running step 3 (Build)"


def test_a_long_text_is_wrapped_with_an_indent(make_screen, printed):
    screen = make_screen(width=20)
    screen.say_wrapped("  name: several words [bold]")
    screen.say_wrapped("several words without")
    assert printed(screen) == "  name: several\n    words [bold]\nseveral words\nwithout\n"
