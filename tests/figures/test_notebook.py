"""Figures and progress below the cell of a notebook; IPython is replaced by a list of what it displays."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from assignment.figures.notebook import NotebookFigures, in_notebook


@pytest.fixture
def displayed(monkeypatch):
    """What is displayed, in order; an update has the place that it replaces."""
    found = []

    def display(content, display_id):
        place = len(found)
        found.append((place, content))
        return SimpleNamespace(update=lambda content: found.append((place, content)))

    module = ModuleType("IPython.display")
    module.display, module.Image, module.Pretty = display, lambda data, width: data, lambda text: text
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return found


def test_a_figure_that_is_saved_again_and_all_grids_keep_their_place(displayed, tmp_path):
    figures = NotebookFigures()
    for name in ("step7_losses", "step7_grid_epoch_0050", "step7_losses", "step7_grid_epoch_0100"):
        path = tmp_path / f"{name}.png"
        path.write_bytes(f"{name}{len(displayed)}".encode())
        figures.show(path)
    assert displayed == [
        (0, b"step7_losses0"),
        (1, b"step7_grid_epoch_00501"),
        (0, b"step7_losses2"),
        (1, b"step7_grid_epoch_01003"),
    ]


def test_a_line_replaces_the_one_before(displayed):
    figures = NotebookFigures()
    assert figures.show_line("epoch 1") and figures.show_line("epoch 2")
    assert displayed == [(0, "epoch 1"), (0, "epoch 2")]
    figures.hold()


@pytest.mark.parametrize(
    ("shell", "expected"), [(None, False), (SimpleNamespace(), False), (SimpleNamespace(kernel=1), True)]
)
def test_a_kernel_is_a_notebook_and_a_terminal_is_not(monkeypatch, shell, expected):
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert in_notebook() == expected


def test_without_ipython_this_is_no_notebook(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
