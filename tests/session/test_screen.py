import keras
import pytest

from assignment.session.screen import duration, plural
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
    assert ("left" in printed(screen)) == is_terminal
    if not is_terminal:
        lines = [f"  training the judge: {percent}%" for percent in (25, 50, 75, 100)]
        assert printed(screen).splitlines() == lines


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
    screen.hold_windows()
    assert printed(screen) == ""
    screen._windows = Windows()
    screen.hold_windows()
