from assignment.figures.window import Windows
from assignment.figures.style import new_figure, save


def test_without_a_display_there_are_no_windows(monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "get_backend", lambda: "agg")
    assert not Windows().available
    monkeypatch.setattr(plt, "get_backend", lambda: "TkAgg")
    assert Windows().available


def test_a_figure_saved_again_is_refreshed_in_its_window(monkeypatch, tmp_path):
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "pause", lambda seconds: None)
    monkeypatch.setattr(plt, "show", lambda block: None)
    windows = Windows()
    for epoch in (50, 100):
        path = tmp_path / f"step7_grid_epoch_{epoch:04d}.png"
        save(new_figure(2, 2, "title", "caption"), path)
        windows.show(path)
    assert plt.get_figlabels() == ["step7_grid"]
    (axes,) = plt.figure("step7_grid").axes
    assert len(axes.images) == 1
    plt.close("all")
