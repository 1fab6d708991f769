import matplotlib.pyplot as plt
import pytest

from assignment.figures.style import new_figure, save
from assignment.figures.window import Windows


@pytest.fixture(autouse=True)
def no_windows(monkeypatch):
    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "pause", lambda seconds: None)
    monkeypatch.setattr(plt, "show", lambda block: None)
    yield
    plt.close("all")


@pytest.fixture
def picture(tmp_path):
    def make(name):
        save(new_figure(2, 2, "title", "caption"), tmp_path / name)
        return tmp_path / name

    return make


def test_without_a_window_system_there_are_no_windows(monkeypatch):
    assert not Windows().available
    monkeypatch.setattr(plt, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(plt, "switch_backend", lambda name: None)
    assert Windows().available


def test_a_window_system_that_does_not_answer(monkeypatch):
    def fail(name):
        raise ImportError("no display")

    windows = Windows()
    monkeypatch.setattr(plt, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(plt, "switch_backend", fail)
    assert not windows.available


def test_a_figure_saved_again_is_refreshed_in_its_window(picture):
    windows = Windows()
    windows.show(picture("step7_grid_epoch_0050.png"))
    windows.show(picture("step7_grid_epoch_0100.png"))
    assert plt.get_figlabels() == ["step7_grid"]
    (axes,) = plt.figure("step7_grid").axes
    assert len(axes.images) == 1


def test_a_window_that_was_closed_stays_closed(picture):
    windows = Windows()
    windows.show(picture("step7_losses.png"))
    plt.close("all")
    windows.show(picture("step7_losses.png"))
    assert plt.get_figlabels() == []
