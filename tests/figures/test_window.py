import matplotlib.pyplot as plt
import pytest

from assignment.figures.style import new_figure, save
from assignment.figures.window import Windows


@pytest.fixture(autouse=True)
def no_display(monkeypatch):
    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "pause", lambda seconds: None)
    monkeypatch.setattr(plt, "show", lambda block: None)
    yield
    plt.close("all")


@pytest.fixture
def save_picture(tmp_path):
    """A function that saves a figure under a name and returns its path."""

    def save_as(name):
        save(new_figure(2, 2, "title", "caption"), tmp_path / name)
        return tmp_path / name

    return save_as


def test_windows_are_available_with_a_window_system_only(monkeypatch):
    assert not Windows().available
    monkeypatch.setattr(plt, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(plt, "switch_backend", lambda name: None)
    assert Windows().available


def test_windows_are_not_available_if_the_window_system_fails(monkeypatch):
    def fail(name):
        raise ImportError("no display")

    windows = Windows()
    monkeypatch.setattr(plt, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(plt, "switch_backend", fail)
    assert not windows.available


@pytest.mark.parametrize("function", ["switch_backend", "figure"])
def test_windows_are_not_available_if_the_window_system_raises_any_error(monkeypatch, function):
    def fail(*arguments):
        raise RuntimeError("WebAgg needs Tornado")  # Tk raises TclError, others their own

    windows = Windows()
    monkeypatch.setattr(plt, "get_backend", lambda: "WebAgg")
    monkeypatch.setattr(plt, "switch_backend", lambda name: None)
    monkeypatch.setattr(plt, function, fail)
    assert not windows.available and not plt.get_fignums()


def test_a_window_that_fails_does_not_stop_the_run(save_picture, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("the window was closed while it was drawn")

    windows, path = Windows(), save_picture("step7_losses.png")
    for function in ("pause", "show", "figure"):
        monkeypatch.setattr(plt, function, fail)
        windows.show(path)
    windows.hold()


def test_a_picture_is_upright_in_its_window_whatever_the_users_settings_are(save_picture):
    with plt.rc_context({"image.origin": "lower"}):
        Windows().show(save_picture("step7_losses.png"))
    assert plt.figure("step7_losses").axes[0].images[0].origin == "upper"


def test_figure_saved_again_is_refreshed_in_its_window(save_picture):
    windows = Windows()
    windows.show(save_picture("step7_grid_epoch_0050.png"))
    windows.show(save_picture("step7_grid_epoch_0100.png"))
    assert plt.get_figlabels() == ["step7_grid"]
    (axes,) = plt.figure("step7_grid").axes
    assert len(axes.images) == 1


def test_window_that_the_user_closed_stays_closed(save_picture):
    windows = Windows()
    windows.show(save_picture("step7_losses.png"))
    plt.close("all")
    windows.show(save_picture("step7_losses.png"))
    assert plt.get_figlabels() == []
