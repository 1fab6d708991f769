"""Saved figures in windows, where there is a display."""

from __future__ import annotations

from pathlib import Path


class Windows:
    """One window for each figure of a run; a figure that is saved again is refreshed in its window.

    A window that the person has closed stays closed.
    """

    def __init__(self):
        import matplotlib.pyplot as plt  # only here: choosing a window system is slow and not always possible

        self._plt = plt
        self._opened: set[str] = set()
        plt.rcParams["figure.raise_window"] = False  # a refreshed figure must not take the keyboard away

    @property
    def available(self) -> bool:
        """Whether a window system answered; without one, matplotlib draws to files only."""
        import matplotlib

        try:
            backend = self._plt.get_backend().lower()
            self._plt.switch_backend(backend)
        except ImportError:  # a window system was named, as by MPLBACKEND, and does not answer
            return False
        return backend in {name.lower() for name in _interactive_backends(matplotlib)}

    def show(self, path: Path) -> None:
        """Open or refresh the window of the picture at `path` without waiting."""
        name = path.stem if "_epoch_" not in path.stem else "step7_grid"
        if name in self._opened and name not in self._plt.get_figlabels():
            return
        self._opened.add(name)
        figure = self._plt.figure(name)
        figure.clear()
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.imshow(self._plt.imread(path))
        self._plt.show(block=False)
        self._plt.pause(0.05)  # seconds; the window system needs a moment to draw

    def hold(self) -> None:
        """Wait until every window is closed."""
        self._plt.show(block=True)


def _interactive_backends(matplotlib) -> list[str]:
    from matplotlib.backends import BackendFilter, backend_registry

    return backend_registry.list_builtin(BackendFilter.INTERACTIVE)
